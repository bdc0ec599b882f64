package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.limits.LimitSet;
import java.time.Instant;
import java.util.Optional;

/** The SQL of limits: each stands in the row of what it limits. */
final class LimitStore {

    /** Where something that may have limits is stored. */
    enum Table {
        ORGANIZATION(
                ChangeKind.ORGANIZATION_CHANGED,
                "SELECT limits FROM organization WHERE id = :id AND id = :organization AND state <> 'instance'",
                """
                UPDATE organization SET limits = :limits, version = version + 1, updated_at = :at
                 WHERE id = :id AND id = :organization
                RETURNING version
                """),
        UNIT(
                ChangeKind.UNIT_CHANGED,
                "SELECT limits FROM unit WHERE id = :id AND organization_id = :organization AND state = 'active'",
                """
                UPDATE unit SET limits = :limits, version = version + 1, updated_at = :at
                 WHERE id = :id AND organization_id = :organization
                RETURNING version
                """),
        MEMBERSHIP(
                ChangeKind.MEMBERSHIP_CHANGED,
                "SELECT limits FROM membership WHERE id = :id AND organization_id = :organization AND state = 'active'",
                """
                UPDATE membership SET limits = :limits, version = version + 1, updated_at = :at
                 WHERE id = :id AND organization_id = :organization
                RETURNING version
                """);

        private final ChangeKind change;
        private final String find;
        private final String set;

        Table(ChangeKind change, String find, String set) {
            this.change = change;
            this.find = find;
            this.set = set;
        }

        ChangeKind change() {
            return change;
        }
    }

    Optional<LimitSet> find(Tx tx, OwnerLimits.Owner owner) {
        return tx.handle()
                .createQuery(owner.table().find)
                .bind("id", owner.id())
                .bind("organization", owner.organization().value())
                .mapTo(String.class)
                .findOne()
                .map(LimitSet::ofWire);
    }

    /** Returns the new version of the row. */
    int set(Tx tx, OwnerLimits.Owner owner, LimitSet limits, Instant at) {
        return tx.handle()
                .createQuery(owner.table().set)
                .bind("id", owner.id())
                .bind("organization", owner.organization().value())
                .bind("limits", limits.wire())
                .bind("at", DatabaseTimes.of(at))
                .mapTo(Integer.class)
                .one();
    }
}
