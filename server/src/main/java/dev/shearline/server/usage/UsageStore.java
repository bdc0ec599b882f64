package dev.shearline.server.usage;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The SQL of usage. A source's rows are cumulative and only grow, so that writing them again changes nothing; they are added to the totals
 * once, by whoever sets {@code folded}, and a closed source takes no further ones.
 */
final class UsageStore {

    private static final String OPEN = """
            INSERT INTO usage_source (source, opened_at) VALUES (:source, :opened) ON CONFLICT (source) DO NOTHING
            """;

    /** The lock on the source keeps it from being closed between the look and the write. */
    private static final String WRITE = """
            WITH open AS MATERIALIZED (
                SELECT source FROM usage_source WHERE source = :source AND closed_at IS NULL FOR SHARE
            ), counted AS MATERIALIZED (
                SELECT unnest(:keys) AS key_id, unnest(CAST(:hours AS timestamptz[])) AS hour, unnest(:outcomes) AS outcome,
                       unnest(:counts) AS count, unnest(:units) AS units
            )
            INSERT INTO usage_report AS r (source, key_id, organization_id, hour, outcome, count, units)
            SELECT o.source, c.key_id, k.organization_id, c.hour, c.outcome, c.count, c.units
              FROM open AS o CROSS JOIN counted AS c JOIN api_key AS k ON k.id = c.key_id
            ON CONFLICT (source, key_id, hour, outcome) DO UPDATE
               SET count = GREATEST(r.count, EXCLUDED.count), units = GREATEST(r.units, EXCLUDED.units)
            """;

    private static final String LOCK = """
            SELECT source FROM usage_source WHERE source = :source AND closed_at IS NULL FOR UPDATE
            """;

    /** In the order of the totals' index, so that two nodes that add to the same ones wait for one another. */
    private static final String FOLD = """
            WITH due AS MATERIALIZED (
                SELECT source, key_id, organization_id, hour, outcome, count, units, count - folded AS more, units - folded_units AS more_units
                  FROM usage_report
                 WHERE source = :source AND (count > folded OR units > folded_units)
                 ORDER BY key_id, hour, outcome LIMIT :max FOR UPDATE
            ), folded AS (
                UPDATE usage_report AS r SET folded = d.count, folded_units = d.units
                  FROM due AS d
                 WHERE r.source = d.source AND r.key_id = d.key_id AND r.hour = d.hour AND r.outcome = d.outcome
            )
            INSERT INTO usage_hour AS t (key_id, organization_id, hour, outcome, booked, count, units)
            SELECT key_id, organization_id, hour, outcome,
                   CASE WHEN now() < hour + interval '25 hours' THEN hour ELSE date_trunc('hour', now(), 'UTC') END, more, more_units
              FROM due ORDER BY key_id, hour, outcome
            ON CONFLICT (key_id, hour, outcome, booked) DO UPDATE SET count = t.count + EXCLUDED.count, units = t.units + EXCLUDED.units
            """;

    private static final String DELETE_REPORT = "DELETE FROM usage_report WHERE source = :source";
    private static final String CLOSE = "UPDATE usage_source SET closed_at = now() WHERE source = :source";

    private static final String DELETE_OLD_SOURCES = """
            DELETE FROM usage_source
             WHERE source IN (SELECT source FROM usage_source WHERE closed_at < :before ORDER BY closed_at LIMIT :max)
            """;

    private static final String DELETE_OLD_HOURS = """
            DELETE FROM usage_hour
             WHERE (key_id, hour, outcome, booked) IN
                   (SELECT key_id, hour, outcome, booked FROM usage_hour WHERE booked < :before ORDER BY booked LIMIT :max)
            """;

    private static final String COUNTED = """
            SELECT date_trunc(:granularity, c.hour, 'UTC') AS time, c.outcome, CAST(sum(c.count) AS bigint) AS count,
                   CAST(sum(c.units) AS bigint) AS units
              FROM (SELECT hour, outcome, count, units
                      FROM usage_hour
                     WHERE key_id = :key AND organization_id = :organization AND hour >= :from AND hour < :to
                     UNION ALL
                    SELECT hour, outcome, count - folded, units - folded_units
                      FROM usage_report
                     WHERE key_id = :key AND organization_id = :organization AND hour >= :from AND hour < :to) AS c
             GROUP BY 1, 2 ORDER BY 1, 2
            """;

    void open(Handle handle, String source, Instant opened) {
        handle.createUpdate(OPEN)
                .bind("source", source)
                .bind("opened", DatabaseTimes.of(opened))
                .execute();
    }

    /** Of a source that is closed, and of keys that are gone, nothing is written. */
    void write(Handle handle, String source, List<Row> rows) {
        handle.createUpdate(WRITE)
                .bind("source", source)
                .bindArray(
                        "keys",
                        String.class,
                        rows.stream().map(row -> row.key().toString()).toList())
                .bindArray(
                        "hours",
                        String.class,
                        rows.stream().map(row -> row.hour().toString()).toList())
                .bindArray(
                        "outcomes",
                        String.class,
                        rows.stream().map(row -> row.outcome().wire()).toList())
                .bindArray("counts", Long.class, rows.stream().map(Row::count).toList())
                .bindArray("units", Long.class, rows.stream().map(Row::units).toList())
                .execute();
    }

    /** Adds some of what the source has reported to the totals; how many rows that were. */
    int fold(Handle handle, String source, int max) {
        return handle.createUpdate(FOLD).bind("source", source).bind("max", max).execute();
    }

    /** False when it is closed already. Within a transaction, which then has it alone. */
    boolean lock(Handle handle, String source) {
        return handle.createQuery(LOCK)
                .bind("source", source)
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    void close(Handle handle, String source) {
        handle.createUpdate(DELETE_REPORT).bind("source", source).execute();
        handle.createUpdate(CLOSE).bind("source", source).execute();
    }

    int deleteOldSources(Handle handle, Instant before, int max) {
        return handle.createUpdate(DELETE_OLD_SOURCES)
                .bind("before", DatabaseTimes.of(before))
                .bind("max", max)
                .execute();
    }

    int deleteOldHours(Handle handle, Instant before, int max) {
        return handle.createUpdate(DELETE_OLD_HOURS)
                .bind("before", DatabaseTimes.of(before))
                .bind("max", max)
                .execute();
    }

    /** What was counted of a key in one piece of time. */
    record Counted(Instant time, Outcome outcome, long count, long units) {}

    List<Counted> count(Tx tx, OrganizationId organization, ApiKeyId key, UsageRange range) {
        return tx.handle()
                .createQuery(COUNTED)
                .bind("granularity", range.granularity().wire())
                .bind("key", key.toString())
                .bind("organization", organization.value())
                .bind("from", DatabaseTimes.of(range.from()))
                .bind("to", DatabaseTimes.of(range.to()))
                .map((row, _) -> new Counted(
                        row.getObject("time", OffsetDateTime.class).toInstant(),
                        Outcome.find(row.getString("outcome")).orElseThrow(),
                        row.getLong("count"),
                        row.getLong("units")))
                .list();
    }
}
