package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/**
 * Which keys can come into question for a list at all.
 *
 * @param few whether they are few, as far as it was asked
 */
record KeyRange(
        Optional<OrganizationId> organization,
        List<String> audiences,
        boolean whole,
        Optional<KeyHolders> owners,
        Optional<List<String>> units,
        boolean few) {

    /** So many keys are read and sorted in the time that a page may take. */
    private static final int FEW = 5_000;

    static KeyRange of(
            Tx tx,
            FewKeys known,
            Optional<OrganizationId> organization,
            Reach reach,
            Optional<KeyHolders> owners,
            Optional<List<String>> units) {
        var range = new KeyRange(organization, reach.audienceIds(), reach.isWhole(), owners, units, !reach.isWhole());
        return range.few && !known.seenBy(organization, reach, () -> range.isFew(tx))
                ? new KeyRange(organization, range.audiences, range.whole, owners, units, false)
                : range;
    }

    private boolean isFew(Tx tx) {
        var query = tx.handle()
                .createQuery("SELECT count(*) <= " + FEW + " FROM (SELECT 1 FROM api_key AS k WHERE " + visible("k")
                        + " LIMIT " + FEW + " + 1) AS seen");
        bindVisible(query);
        return query.mapTo(Boolean.class).one();
    }

    /**
     * Where the keys {@code k} of a list come from. If somebody sees few, then it is these, whatever the order: to walk through all keys
     * of the organization in that order is what a planner takes for quicker, not knowing where in it theirs are.
     */
    String source() {
        return few ? "(SELECT k.* FROM api_key AS k WHERE " + visible("k") + " OFFSET 0) AS k" : "api_key AS k";
    }

    private String visible(String alias) {
        var conditions = new ArrayList<String>();
        organization.ifPresent(_ -> conditions.add(alias + ".organization_id = :organization"));
        if (!whole) {
            conditions.add(one(alias + ".audience_id", audiences, "audience"));
        }
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    void addTo(List<String> conditions, String driver) {
        // few are visible already where they come from
        if (!few) {
            conditions.add(visible(driver));
            if (!driver.equals("k")) {
                conditions.add(visible("k"));
            }
        }
        units.ifPresent(ids -> conditions.add(one("k.unit_id", ids, "unit")));
        owners.ifPresent(holders -> conditions.add(owned(holders)));
    }

    private static String owned(KeyHolders holders) {
        var ofMembers = one("k.membership_id", holders.memberships(), "membership");
        var ofUnits = one("k.unit_id", holders.units(), "ownerUnit") + " AND k.membership_id IS NULL";
        if (holders.units().isEmpty()) {
            return ofMembers;
        }
        return holders.memberships().isEmpty() ? ofUnits : "(" + ofMembers + " OR " + ofUnits + ")";
    }

    /** A single value keeps the order of an index behind it, which a list of values does not. */
    private static String one(String column, List<String> values, String parameter) {
        return switch (values.size()) {
            case 0 -> "false";
            case 1 -> column + " = :" + parameter;
            default -> column + " = ANY (:" + parameter + ")";
        };
    }

    void bind(Query query) {
        bindVisible(query);
        units.ifPresent(ids -> bind(query, ids, "unit"));
        owners.ifPresent(holders -> {
            bind(query, holders.memberships(), "membership");
            bind(query, holders.units(), "ownerUnit");
        });
    }

    private void bindVisible(Query query) {
        organization.ifPresent(id -> query.bind("organization", id.value()));
        if (!whole) {
            bind(query, audiences, "audience");
        }
    }

    private static void bind(Query query, List<String> values, String parameter) {
        if (values.size() == 1) {
            query.bind(parameter, values.getFirst());
        } else if (!values.isEmpty()) {
            query.bindArray(parameter, String.class, values);
        }
    }
}
