package dev.shearline.server.limits;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** The SQL of quotas. */
final class QuotaRows {

    private static final String INFINITY = "infinity";

    private static final String OLDEST_OPEN =
            "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)";

    private static final String LIST = """
            SELECT id, test, refill, CASE WHEN ends_at = 'infinity' THEN NULL ELSE date_part('epoch', ends_at) END AS ends, used
              FROM quota_use
             WHERE ends_at > now()
            """;

    /** What comes from a backup of another cluster may bear a number that this one has not reached. */
    private static final String LIST_WRITTEN = LIST + """
               AND written >= CAST(CAST(:since AS text) AS xid8) AND written < pg_snapshot_xmax(pg_current_snapshot())
            """;

    /** Rows come sorted, so that two nodes that write the same things wait for one another. A period that is over is not written any more. */
    private static final String ADD = """
            WITH fresh AS (
                INSERT INTO quota_writer AS w (source, batch) VALUES (:source, :batch)
                    ON CONFLICT (source) DO UPDATE SET batch = excluded.batch, written_at = now() WHERE w.batch < excluded.batch
                RETURNING batch
            )
            INSERT INTO quota_use AS q (id, test, refill, ends_at, used)
            SELECT noted.id, noted.test, noted.refill, noted.ends_at, noted.used
              FROM fresh, unnest(CAST(:ids AS text[]), CAST(:tests AS boolean[]), CAST(:refills AS text[]), CAST(:ends AS timestamptz[]),
                                 CAST(:used AS bigint[])) AS noted (id, test, refill, ends_at, used)
             ORDER BY noted.id, noted.test, noted.refill
                ON CONFLICT (id, test, refill) DO UPDATE
               SET ends_at = excluded.ends_at, written = excluded.written,
                   used = greatest(0, CASE WHEN q.ends_at = excluded.ends_at THEN q.used ELSE 0 END + excluded.used)
             WHERE q.ends_at <= excluded.ends_at
            """;

    private static final String SWEEP_ENDED = """
            WITH gone AS MATERIALIZED (
                SELECT id, test, refill FROM quota_use WHERE ends_at < now() - interval '1 day' LIMIT :rows FOR UPDATE SKIP LOCKED
            )
            DELETE FROM quota_use AS q USING gone AS g WHERE (q.id, q.test, q.refill) = (g.id, g.test, g.refill)
            """;

    /** Of what never ends: that whose holder will not be used again. A rotated key shares its count with those after it. */
    private static final String SWEEP_DEAD = """
            WITH gone AS MATERIALIZED (
                SELECT q.id, q.test
                  FROM quota_use AS q
                 WHERE q.refill = 'none'
                   AND NOT EXISTS (
                       WITH RECURSIVE later (id) AS (
                           SELECT q.id
                            UNION
                           SELECT k.rotated_to FROM later AS l JOIN api_key AS k ON k.id = l.id WHERE k.rotated_to IS NOT NULL
                       )
                       SELECT 1 FROM later AS l JOIN api_key AS k ON k.id = l.id
                        WHERE k.state IN ('active', 'disabled') AND least(k.expires_at, k.ends_at) > now())
                   AND NOT EXISTS (SELECT 1 FROM membership AS m WHERE m.id = q.id AND m.state <> 'removed')
                   AND NOT EXISTS (SELECT 1 FROM unit AS u WHERE u.id = q.id AND u.state <> 'removed')
                   AND NOT EXISTS (SELECT 1 FROM organization AS o WHERE o.id = q.id AND o.state <> 'closed')
                 LIMIT :rows FOR UPDATE OF q SKIP LOCKED
            )
            DELETE FROM quota_use AS q USING gone AS g WHERE (q.id, q.test, q.refill) = (g.id, g.test, 'none')
            """;

    private static final String SWEEP_WRITERS =
            "DELETE FROM quota_writer WHERE written_at < now() - interval '30 days'";

    private QuotaRows() {}

    /** The number of the oldest transaction that is open: what is not seen now bears none that is lower. */
    static long oldestOpen(Handle handle) {
        return handle.createQuery(OLDEST_OPEN).mapTo(Long.class).one();
    }

    /** What is used in the periods that run. */
    static List<QuotaCount.Total> list(Handle handle) {
        return handle.createQuery(LIST).map((row, _) -> total(row)).list();
    }

    /** Of that, what transactions from this number on have written. */
    static List<QuotaCount.Total> listWritten(Handle handle, long since) {
        return handle.createQuery(LIST_WRITTEN)
                .bind("since", since)
                .map((row, _) -> total(row))
                .list();
    }

    private static QuotaCount.Total total(ResultSet row) throws SQLException {
        double ends = row.getDouble("ends");
        long end = row.wasNull() ? Long.MAX_VALUE : Math.round(ends * 1000);
        var id = new MeterId(row.getString("id"), row.getBoolean("test"));
        return new QuotaCount.Total(
                new QuotaCount.Key(id, Quota.Refill.ofWire(row.getString("refill"))), end, row.getLong("used"));
    }

    /**
     * What this node adds to the counts of all.
     *
     * @param number each is higher than the one before; the same again adds nothing, once it has been added
     */
    record Batch(long number, List<Noted> noted) {}

    /** What was used of one quota. */
    record Noted(QuotaCount count, QuotaCount.Used used) {

        String ends() {
            long end = used.in().end();
            return end == Long.MAX_VALUE ? INFINITY : Instant.ofEpochMilli(end).toString();
        }
    }

    static void add(Handle handle, String source, Batch batch) {
        handle.createUpdate(ADD)
                .bind("source", source)
                .bind("batch", batch.number())
                .bindArray(
                        "ids",
                        String.class,
                        column(batch, one -> one.count().key().of().of()))
                .bindArray(
                        "tests",
                        Boolean.class,
                        column(batch, one -> one.count().key().of().test()))
                .bindArray(
                        "refills",
                        String.class,
                        column(batch, one -> one.count().key().refill().wire()))
                .bindArray("ends", String.class, column(batch, Noted::ends))
                .bindArray("used", Long.class, column(batch, one -> one.used().unwritten()))
                .execute();
    }

    private static <T> List<T> column(Batch batch, Function<Noted, T> value) {
        return batch.noted().stream().map(value).toList();
    }

    /** Removes what is over and what nobody will use again; each statement a bounded number of rows. */
    static void sweep(Function<Function<Handle, Integer>, Integer> database, int rows) {
        for (var statement : List.of(SWEEP_ENDED, SWEEP_DEAD)) {
            int gone;
            do {
                gone = database.apply(handle ->
                        handle.createUpdate(statement).bind("rows", rows).execute());
            } while (gone == rows);
        }
        var _ = database.apply(handle -> handle.createUpdate(SWEEP_WRITERS).execute());
    }
}
