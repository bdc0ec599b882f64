package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.util.Optional;

/**
 * The unit that a personal key is billed to instead of its owner.
 *
 * @param current whether the unit is there and the owner has a role at it or above it; otherwise the bill goes to the owner, for as long as
 *     that is so
 */
record Billed(UnitId unit, UnitKind kind, Optional<String> externalId, boolean current) {

    private static final String FIELD = "billed_to";

    /** The root unit has no external id of its own: it goes by the organization's, where no other unit does. */
    private static final String FIND = """
            SELECT u.id, u.kind, CASE WHEN u.kind = 'organization' THEN o.external_id ELSE u.external_id END AS external_id,
                   EXISTS (SELECT 1 FROM membership_role AS r
                            WHERE r.membership_id = :membership AND r.unit_id IN (u.id, u.parent_id, u.organization_id)) AS current
              FROM unit AS u JOIN organization AS o ON o.id = u.organization_id
             WHERE u.organization_id = :organization AND u.state = 'active'
               AND (u.id = :id OR u.external_id = :externalId OR (u.kind = 'organization' AND o.external_id = :externalId))
             ORDER BY u.kind = 'organization'
             LIMIT 1
            """;

    static Billed get(Tx tx, KeyOwner owner, KeyType type, Ref ref) {
        var member = owner.member()
                .filter(_ -> type == KeyType.PERSONAL)
                .orElseThrow(() -> KeyProblems.invalid(
                        FIELD, "Only a personal key is billed to another than its owner: leave \"billed_to\" out."));
        var billed = tx.handle()
                .createQuery(FIND)
                .bind("membership", member.membership().value())
                .bind("organization", owner.organization().value())
                .bind("id", ref instanceof Ref.ById(var id) ? id : "")
                .bind("externalId", ref instanceof Ref.ByExternalId(var externalId) ? externalId : "")
                .map((row, _) -> new Billed(
                        new UnitId(KeyRowMapper.text(row, "id")),
                        UnitKind.ofWire(KeyRowMapper.text(row, "kind")),
                        KeyRowMapper.optional(row, "external_id"),
                        row.getBoolean("current")))
                .findOne()
                .orElseThrow(() -> Problem.notFound(FIELD).asException());
        if (!billed.current()) {
            throw KeyProblems.invalid(
                    FIELD,
                    "\"billed_to\" must be a unit at which, or above which, the key's owner has a role: give them one at "
                            + billed.unit() + ", or name another.");
        }
        return billed;
    }

    ApiKey.Holder holder() {
        return new ApiKey.Holder(kind.wire(), unit.value(), externalId);
    }
}
