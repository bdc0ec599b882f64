package dev.shearline.server.keys;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.HttpLimits;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.Members;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Looks at what the removal of a member would end and leave: all keys and endpoints of the organization, and who made them. */
public final class Offboardings {

    /** Of each kind of keys that a leaver leaves. */
    static final int KEYS_MAX = 1_000;

    /** An organization has no more of them. */
    private static final String ENDPOINTS = """
        SELECT id, description, state = 'enabled' AS enabled FROM webhook_endpoint
         WHERE organization_id = :organization AND state <> 'removed' AND created_by = ANY (:makers)
         ORDER BY created_at DESC, id DESC LIMIT 50
        """;

    private static final Actor JOB = new Actor.Job("offboarding");

    private final ApiKeyStore store = new ApiKeyStore();
    private final Database database;
    private final InstantSource clock;

    public Offboardings(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** @param leaver whom the caller may remove */
    Offboarding of(Members.Leaver leaver) {
        var member = leaver.member();
        var organization = member.organization();
        return database.read(TenantContext.whole(JOB, organization), tx -> {
            var now = clock.instant();
            var makers = KeyHolders.makers(tx, new Ref.ById(member.id().value()));
            return new Offboarding(
                    member,
                    leaver.lastOwner(),
                    shown(store.listLiving(tx, organization, member.id(), now, KEYS_MAX + 1), now),
                    shown(store.listLivingMadeBy(tx, organization, makers, member.id(), now, KEYS_MAX + 1), now),
                    endpoints(tx, organization, makers));
        });
    }

    private static List<Offboarding.Endpoint> endpoints(Tx tx, OrganizationId organization, List<String> makers) {
        return tx.handle()
                .createQuery(ENDPOINTS)
                .bind("organization", organization.value())
                .bindArray("makers", String.class, makers)
                .map((row, _) -> new Offboarding.Endpoint(
                        KeyRowMapper.text(row, "id"), KeyRowMapper.text(row, "description"), row.getBoolean("enabled")))
                .list();
    }

    private static Offboarding.Keys shown(List<KeyRow> rows, Instant now) {
        var counted = rows.subList(0, Math.min(rows.size(), KEYS_MAX));
        var items = counted.stream()
                .limit(HttpLimits.PAGE_ITEMS_MAX)
                .map(row -> row.shownAt(now))
                .toList();
        return new Offboarding.Keys(counted.size(), rows.size() > KEYS_MAX, items);
    }
}
