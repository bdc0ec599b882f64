package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.orgs.Role;
import dev.shearline.token.ApiKeyId;
import java.util.Locale;
import java.util.Optional;

/** Which role somebody has where a key is to be: what a policy asks for. */
final class CallerRoles {

    private static final String MEMBERSHIP_OF_KEY = """
            SELECT membership_id FROM api_key
             WHERE id = :key AND organization_id = :organization AND membership_id IS NOT NULL
            """;
    /** Roles count for the units below. A personal key goes wherever its member does, so there any of them counts. */
    private static final String ROLE = """
            WITH RECURSIVE upwards (id, parent_id) AS (
                SELECT id, parent_id FROM unit WHERE id = :unit AND organization_id = :organization
                 UNION ALL
                SELECT u.id, u.parent_id FROM unit AS u JOIN upwards AS b ON u.id = b.parent_id
            )
            SELECT r.role FROM membership_role AS r JOIN role AS d ON d.name = r.role
             WHERE r.membership_id = :membership AND (:anywhere OR r.unit_id IN (SELECT id FROM upwards))
             ORDER BY d.rank DESC
             LIMIT 1
            """;

    private CallerRoles() {}

    /**
     * The highest role of the caller at the owner's unit or above it; the least one for a member who has none there.
     *
     * @return empty when the credential is no member's
     */
    static Optional<Role> find(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        return membership(tx, actor, owner.organization())
                .map(member -> find(tx, member, owner, type).orElse(Role.VIEWER));
    }

    private static Optional<MembershipId> membership(Tx tx, Actor actor, OrganizationId organization) {
        return switch (actor) {
            case Actor.Member member -> Optional.of(member.membership());
            case Actor.Key key -> membershipOf(tx, key.key(), organization);
            case Actor.Embed embed -> membershipOf(tx, embed.parent(), organization);
            case Actor.Operator _, Actor.Possession _, Actor.Job _ -> Optional.empty();
        };
    }

    private static Optional<MembershipId> membershipOf(Tx tx, ApiKeyId key, OrganizationId organization) {
        return tx.handle()
                .createQuery(MEMBERSHIP_OF_KEY)
                .bind("key", key.toString())
                .bind("organization", organization.value())
                .mapTo(String.class)
                .findOne()
                .map(MembershipId::new);
    }

    private static Optional<Role> find(Tx tx, MembershipId member, KeyOwner owner, KeyType type) {
        return tx.handle()
                .createQuery(ROLE)
                .bind("membership", member.value())
                .bind("unit", owner.unit().value())
                .bind("organization", owner.organization().value())
                .bind("anywhere", type == KeyType.PERSONAL)
                .mapTo(String.class)
                .findOne()
                .map(name -> Role.valueOf(name.toUpperCase(Locale.ROOT)));
    }
}
