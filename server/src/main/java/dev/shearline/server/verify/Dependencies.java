package dev.shearline.server.verify;

import dev.shearline.server.feed.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ids whose change can alter an answer: who remembers the answer forgets it when one of them changes. */
final class Dependencies {

    private Dependencies() {}

    /**
     * @param id the key's, which its caller has written already
     * @param named the unit of the question, if it names one
     */
    static List<String> of(KeyEntry entry, String id, @Nullable Cell<Records.Unit> named) {
        var ids = new ArrayList<String>(8);
        ids.add(id);
        ids.add(entry.organization.id);
        var organization = entry.organization.record;
        if (organization != null) {
            ids.add(organization.plan().id);
        }
        if (entry instanceof LiveKey key) {
            if (key.membership != null) {
                ids.add(key.membership.id);
                addUnitsOfRoles(key.membership, ids);
            }
            addUnits(key.unit, ids);
        }
        if (named != null) {
            addUnits(named, ids);
        }
        ids.add(Change.INSTANCE);
        return ids;
    }

    /** A role ends with its unit, at once on every node, and with the member's own record a little later where many had one there. */
    private static void addUnitsOfRoles(Cell<Records.Membership> member, List<String> ids) {
        var record = member.record;
        if (record == null) {
            return;
        }
        var roles = record.roles();
        for (int i = 0; i < roles.size(); i++) {
            var unit = roles.get(i).unit().id;
            if (!ids.contains(unit)) {
                ids.add(unit);
            }
        }
    }

    /** The unit and what is above it; the organization's own unit has the organization's id, which is there already. */
    private static void addUnits(Cell<Records.Unit> owning, List<String> ids) {
        var cell = owning;
        for (int depth = 0; depth < Records.DEPTH_MAX; depth++) {
            var unit = cell.record;
            if (unit == null || unit.parent().isEmpty()) {
                return;
            }
            if (!ids.contains(unit.id())) {
                ids.add(unit.id());
            }
            cell = unit.parent().get();
        }
    }
}
