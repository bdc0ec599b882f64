package dev.shearline.server.keys;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts the keys that nobody uses, of those that a caller sees in one organization. */
public final class UnusedReports {

    /** As the filter {@code unused_for} of a list: a young key has had no time to be used, nor has one that came lately. */
    private static final String UNUSED = "a.last_used_at < :since AND k.created_at < :since"
            + " AND (k.imported_at IS NULL OR k.imported_at < :since)";

    private static final String BY_OWNER =
            "coalesce(k.membership_id, CASE k.type WHEN 'team' THEN k.unit_id ELSE k.organization_id END)";
    private static final String BY_UNIT = "k.unit_id";

    @SuppressWarnings("InlineFormatString") // as long as a page
    private static final String COUNT = """
            WITH counted AS MATERIALIZED (
                SELECT %1$s AS holder, count(*) AS keys, count(*) FILTER (WHERE %2$s) AS unused,
                       count(*) FILTER (WHERE %2$s AND a.last_used_at = '-infinity') AS never_used
                  FROM %3$s JOIN api_key_activity AS a ON a.key_id = k.id
                 WHERE %4$s
                 GROUP BY 1
            ), most AS (
                SELECT holder, keys, unused, never_used FROM counted WHERE unused > 0 ORDER BY unused DESC, holder LIMIT :rows
            )
            SELECT coalesce(sum(keys), 0) AS keys, coalesce(sum(unused), 0) AS unused, coalesce(sum(never_used), 0) AS never_used,
                   NULL AS kind, NULL AS id, NULL AS external_id, NULL AS name
              FROM counted
             UNION ALL
            (SELECT c.keys, c.unused, c.never_used, coalesce(u.kind, 'user') AS kind, coalesce(u.id, m.user_id) AS id,
                    CASE WHEN u.kind = 'organization' THEN o.external_id ELSE coalesce(u.external_id, p.external_id) END AS external_id,
                    coalesce(u.name, p.name) AS name
               FROM most AS c
               LEFT JOIN unit AS u ON u.id = c.holder
               LEFT JOIN organization AS o ON o.id = u.id
               LEFT JOIN membership AS m ON m.id = c.holder
               LEFT JOIN app_user AS p ON p.id = m.user_id
              ORDER BY c.unused DESC, c.holder)
            """;

    private final Database database;
    private final References references;
    private final InstantSource clock;
    private final FewKeys few;

    public UnusedReports(Database database, References references, InstantSource clock) {
        this.database = database;
        this.references = references;
        this.clock = clock;
        this.few = new FewKeys(clock);
    }

    /**
     * @param organization which an operator must name
     * @param owner of the keys that are counted; all when empty
     * @param unit where they are valid; anywhere when empty
     */
    record Question(
            Optional<Ref> organization,
            Optional<Ref> owner,
            Optional<Ref> unit,
            Optional<KeyType> type,
            Duration unusedFor,
            UnusedReport.By by) {}

    UnusedReport of(Caller caller, Question question) {
        var organization = references.organizationOrOwn(caller, question.organization());
        var context = TenantContext.find(caller.actor(), organization).orElseThrow(KeyProblems::notFound);
        var now = clock.instant();
        return database.read(context, tx -> count(tx, context, question, now));
    }

    private UnusedReport count(Tx tx, TenantContext context, Question question, Instant now) {
        var since = now.minus(question.unusedFor());
        var range = KeyRange.of(
                tx,
                few,
                Optional.of(context.organization()),
                context.sees(),
                question.owner().map(ref -> KeyHolders.owners(tx, ref)),
                question.unit().map(ref -> KeyHolders.units(tx, ref)));
        var conditions = new ArrayList<String>();
        range.addTo(conditions, "k");
        conditions.add("a.organization_id = :organization");
        conditions.add(KeyConditions.NOT_OVER + " AND k.expires_at > :now AND k.ends_at > :now");
        question.type().ifPresent(_ -> conditions.add("k.type = :type"));
        var by = question.by() == UnusedReport.By.OWNER ? BY_OWNER : BY_UNIT;
        var query =
                tx.handle().createQuery(COUNT.formatted(by, UNUSED, range.source(), String.join(" AND ", conditions)));
        range.bind(query);
        question.type().ifPresent(type -> query.bind("type", type.wire()));
        var rows = query.bind("now", DatabaseTimes.of(now))
                .bind("since", DatabaseTimes.of(since))
                .bind("rows", UnusedReport.ITEMS_MAX + 1)
                .map((row, _) -> item(row))
                .list();
        return report(since, question.by(), rows);
    }

    /** @param rows the first with the sums */
    private static UnusedReport report(Instant since, UnusedReport.By by, List<UnusedReport.Item> rows) {
        var all = rows.getFirst();
        var items = rows.subList(1, rows.size());
        boolean more = items.size() > UnusedReport.ITEMS_MAX;
        return new UnusedReport(
                since,
                by.wire(),
                all.keys(),
                all.unused(),
                all.neverUsed(),
                more ? items.subList(0, UnusedReport.ITEMS_MAX) : items,
                more);
    }

    private static UnusedReport.Item item(ResultSet row) throws SQLException {
        return new UnusedReport.Item(
                new ApiKey.Holder(
                        KeyRowMapper.optional(row, "kind").orElse(""),
                        KeyRowMapper.optional(row, "id").orElse(""),
                        KeyRowMapper.optional(row, "external_id")),
                KeyRowMapper.optional(row, "name"),
                row.getLong("keys"),
                row.getLong("unused"),
                row.getLong("never_used"));
    }
}
