package dev.shearline.server.usage;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * The SQL of usage. A source's rows are cumulative and only grow, so that writing them again changes nothing; they are added to the totals
 * once, by whoever sets {@code folded}, and a closed source takes no further ones.
 */
final class UsageStore {

    /** A file of counters that is older is not believed. */
    static final Duration SOURCES_BELIEVED = Duration.ofDays(90);
    /** For how long the database remembers that a source is closed, and waits for one that is open. */
    static final Duration SOURCES_KEPT = SOURCES_BELIEVED.plusDays(2);

    private static final String OPEN = """
            INSERT INTO usage_source (source, opened_at, due_at)
            VALUES (:source, LEAST(CAST(:opened AS timestamptz), now()), now() + interval '2 hours')
            ON CONFLICT (source) DO NOTHING
            """;

    /** The lock on the source keeps it from being closed between the look and the write. Nothing goes back: an old statement may come late. */
    private static final String WRITE = """
            WITH source AS MATERIALIZED (
                SELECT source, closed_at IS NULL AS open FROM usage_source WHERE source = :source FOR SHARE
            ), counted AS MATERIALIZED (
                SELECT unnest(:keys) AS key_id, unnest(CAST(:hours AS timestamptz[])) AS hour, unnest(:outcomes) AS outcome,
                       unnest(:counts) AS count, unnest(:units) AS units
            ), written AS (
                INSERT INTO usage_report AS r (source, key_id, organization_id, hour, outcome, count, units)
                SELECT s.source, c.key_id, k.organization_id, c.hour, c.outcome, c.count, c.units
                  FROM source AS s CROSS JOIN counted AS c JOIN api_key AS k ON k.id = c.key_id
                 WHERE s.open ORDER BY c.key_id, c.hour, c.outcome
                ON CONFLICT (source, key_id, hour, outcome) DO UPDATE
                   SET count = GREATEST(r.count, EXCLUDED.count), units = GREATEST(r.units, EXCLUDED.units)
                 WHERE r.count < EXCLUDED.count OR r.units < EXCLUDED.units
            )
            SELECT open FROM source
            """;

    /** An operator's question is about all of them. */
    private static final String KEYS_WITHIN = """
            SELECT id FROM api_key WHERE id = ANY (:keys) AND (:organization = '' OR organization_id = :organization)
            """;

    private static final String LOCK =
            "SELECT closed_at IS NULL AS open FROM usage_source WHERE source = :source FOR UPDATE";

    /**
     * In the order of the totals' index, so that two nodes that add to the same ones wait for one another. What no number could hold, which
     * takes reports that are not true, stays at the largest: it must not keep anybody else's from being added. An hour takes counts until
     * shortly before it closes, which leaves time for the commit. The last row of a page that is full says where the next one begins.
     */
    private static final String FOLD = """
            WITH due AS MATERIALIZED (
                SELECT source, key_id, organization_id, hour, outcome, count, units, count - folded AS more, units - folded_units AS more_units
                  FROM usage_report
                 WHERE source = :source AND (key_id, hour, outcome) > (:key, CAST(:hour AS timestamptz), :outcome)
                   AND (count > folded OR units > folded_units)
                 ORDER BY key_id, hour, outcome LIMIT :max FOR UPDATE
            ), folded AS (
                UPDATE usage_report AS r SET folded = d.count, folded_units = d.units
                  FROM due AS d
                 WHERE r.source = d.source AND r.key_id = d.key_id AND r.hour = d.hour AND r.outcome = d.outcome
            ), added AS (
                INSERT INTO usage_hour AS t (key_id, organization_id, hour, outcome, booked, owner_id, unit_id, billed_id, count, units)
                SELECT d.key_id, d.organization_id, d.hour, d.outcome,
                       CASE WHEN now() < d.hour + interval '24 hours 55 minutes' THEN d.hour ELSE date_trunc('hour', now(), 'UTC') END,
                       %s, k.unit_id, %s, d.more, d.more_units
                  FROM due AS d JOIN api_key AS k ON k.id = d.key_id
                 ORDER BY d.key_id, d.hour, d.outcome
                ON CONFLICT (key_id, hour, outcome, booked, owner_id, unit_id, billed_id) DO UPDATE
                   SET count = CAST(LEAST(CAST(t.count AS numeric) + EXCLUDED.count, 9223372036854775807) AS bigint),
                       units = CAST(LEAST(CAST(t.units AS numeric) + EXCLUDED.units, 9223372036854775807) AS bigint)
            )
            SELECT key_id, hour, outcome FROM due ORDER BY key_id, hour, outcome LIMIT 1 OFFSET :max - 1
            """.formatted(UsageHolder.OWNER_OF_KEY, UsageHolder.BILLED_OF_KEY);

    private static final String CLOSE = """
            UPDATE usage_source SET closed_at = now(), due_at = now() + interval '10 minutes' WHERE source = :source AND closed_at IS NULL
            """;

    private static final String DELETE_REPORT = """
            DELETE FROM usage_report
             WHERE (source, key_id, hour, outcome) IN
                   (SELECT r.source, r.key_id, r.hour, r.outcome
                      FROM usage_source AS s JOIN usage_report AS r ON r.source = s.source
                     WHERE s.source = :source AND s.closed_at IS NOT NULL LIMIT :max)
            """;

    /** Nobody looks after it any more, until it is old. */
    private static final String REST = """
            UPDATE usage_source SET due_at = closed_at + make_interval(secs => :kept) WHERE source = :source AND closed_at IS NOT NULL
            """;

    /** For ten minutes nobody else takes them. */
    private static final String CLAIM = """
            UPDATE usage_source SET due_at = now() + interval '10 minutes'
             WHERE source IN (SELECT source FROM usage_source
                               WHERE due_at < now() AND (closed_at IS NULL OR closed_at > now() - make_interval(secs => :kept))
                               ORDER BY due_at LIMIT :max FOR UPDATE SKIP LOCKED)
            RETURNING source, closed_at IS NOT NULL AS closed, opened_at < now() - make_interval(secs => :kept) AS old
            """;

    private static final String POSTPONE = """
            UPDATE usage_source SET due_at = now() + interval '6 hours' WHERE source = :source AND closed_at IS NULL
            """;

    private static final String IS_FORGOTTEN =
            "SELECT CAST(:opened AS timestamptz) < now() - make_interval(secs => :believed)";

    private static final String DELETE_OLD_SOURCES = """
            DELETE FROM usage_source
             WHERE source IN (SELECT source FROM usage_source
                               WHERE due_at < now() AND closed_at < now() - make_interval(secs => :kept) LIMIT :max)
            """;

    private static final String DELETE_OLD_HOURS = """
            DELETE FROM usage_hour
             WHERE (key_id, hour, outcome, booked) IN
                   (SELECT key_id, hour, outcome, booked FROM usage_hour
                     WHERE booked < date_trunc('hour', now() - make_interval(secs => :kept), 'UTC') ORDER BY booked LIMIT :max)
            """;

    private static final String COUNT_NOW = """
            INSERT INTO usage_hour AS t (key_id, organization_id, hour, outcome, booked, owner_id, unit_id, billed_id, count, units)
            SELECT k.id, k.organization_id, date_trunc('hour', now(), 'UTC'), :outcome, date_trunc('hour', now(), 'UTC'),
                   %s, k.unit_id, %s, 1, :units
              FROM api_key AS k WHERE k.id = :key
            ON CONFLICT (key_id, hour, outcome, booked, owner_id, unit_id, billed_id) DO UPDATE
               SET count = CAST(LEAST(CAST(t.count AS numeric) + 1, 9223372036854775807) AS bigint),
                   units = CAST(LEAST(CAST(t.units AS numeric) + EXCLUDED.units, 9223372036854775807) AS bigint)
            """.formatted(UsageHolder.OWNER_OF_KEY, UsageHolder.BILLED_OF_KEY);

    private static final String COUNTED = """
            SELECT date_trunc(:granularity, c.hour, 'UTC') AS time, c.outcome, CAST(LEAST(sum(c.count), 9223372036854775807) AS bigint) AS count,
                   CAST(LEAST(sum(c.units), 9223372036854775807) AS bigint) AS units
              FROM (SELECT hour, outcome, count, units
                      FROM usage_hour
                     WHERE key_id = :key AND organization_id = :organization AND hour >= :from AND hour < :to
                     UNION ALL
                    SELECT hour, outcome, count - folded, units - folded_units
                      FROM usage_report
                     WHERE key_id = :key AND organization_id = :organization AND hour >= :from AND hour < :to
                       AND (count > folded OR units > folded_units)) AS c
             GROUP BY 1, 2 ORDER BY 1, 2
            """;

    /** Whether a source takes rows. */
    enum Source {
        OPEN,
        CLOSED,
        /** A failover may have lost it. */
        ABSENT;

        private static Source of(Optional<Boolean> open) {
            return open.map(yes -> yes ? OPEN : CLOSED).orElse(ABSENT);
        }
    }

    void open(Handle handle, String source, Instant opened) {
        handle.createUpdate(OPEN)
                .bind("source", source)
                .bind("opened", DatabaseTimes.of(opened))
                .execute();
    }

    /** Nothing is written of keys that are gone, nor of a source that is not open. */
    Source write(Handle handle, String source, List<Row> rows) {
        return Source.of(handle.createQuery(WRITE)
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
                        rows.stream().map(Row::outcome).toList())
                .bindArray("counts", Long.class, rows.stream().map(Row::count).toList())
                .bindArray("units", Long.class, rows.stream().map(Row::units).toList())
                .mapTo(Boolean.class)
                .findOne());
    }

    /** Those of the keys that are of this organization, or of any. */
    Set<String> keysWithin(Handle handle, Optional<OrganizationId> organization, List<ApiKeyId> keys) {
        return handle.createQuery(KEYS_WITHIN)
                .bindArray(
                        "keys",
                        String.class,
                        keys.stream().map(ApiKeyId::toString).toList())
                .bind("organization", organization.map(OrganizationId::value).orElse(""))
                .mapTo(String.class)
                .set();
    }

    /** Where a page ends. */
    record Place(String key, Instant hour, String outcome) {
        static final Place FIRST = new Place("", Instant.EPOCH, "");
    }

    /** Adds a page of what the source has reported to the totals; where it ended, if there may be more. */
    Optional<Place> fold(Handle handle, String source, Place after, int max) {
        return handle.createQuery(FOLD)
                .bind("source", source)
                .bind("key", after.key())
                .bind("hour", DatabaseTimes.of(after.hour()))
                .bind("outcome", after.outcome())
                .bind("max", max)
                .map((row, _) -> new Place(
                        row.getString("key_id"),
                        row.getObject("hour", OffsetDateTime.class).toInstant(),
                        row.getString("outcome")))
                .findOne();
    }

    /** Within a transaction, which then has it alone. */
    Source lock(Handle handle, String source) {
        return Source.of(handle.createQuery(LOCK)
                .bind("source", source)
                .mapTo(Boolean.class)
                .findOne());
    }

    void close(Handle handle, String source) {
        handle.createUpdate(CLOSE).bind("source", source).execute();
    }

    int deleteReport(Handle handle, String source, int max) {
        return handle.createUpdate(DELETE_REPORT)
                .bind("source", source)
                .bind("max", max)
                .execute();
    }

    int rest(Handle handle, String source) {
        return handle.createUpdate(REST)
                .bind("source", source)
                .bind("kept", SOURCES_KEPT.toSeconds())
                .execute();
    }

    /** A source that somebody has to look after. */
    record Due(String name, boolean closed, boolean old) {}

    List<Due> claim(Handle handle, int max) {
        return handle.createQuery(CLAIM)
                .bind("kept", SOURCES_KEPT.toSeconds())
                .bind("max", max)
                .map((row, _) -> new Due(row.getString("source"), row.getBoolean("closed"), row.getBoolean("old")))
                .list();
    }

    int postpone(Handle handle, String source) {
        return handle.createUpdate(POSTPONE).bind("source", source).execute();
    }

    boolean isForgotten(Handle handle, Instant opened) {
        return handle.createQuery(IS_FORGOTTEN)
                .bind("opened", DatabaseTimes.of(opened))
                .bind("believed", SOURCES_BELIEVED.toSeconds())
                .mapTo(Boolean.class)
                .one();
    }

    int deleteOldSources(Handle handle, int max) {
        return handle.createUpdate(DELETE_OLD_SOURCES)
                .bind("kept", SOURCES_KEPT.toSeconds())
                .bind("max", max)
                .execute();
    }

    int deleteOldHours(Handle handle, Duration kept, int max) {
        return handle.createUpdate(DELETE_OLD_HOURS)
                .bind("kept", kept.toSeconds())
                .bind("max", max)
                .execute();
    }

    static void countNow(Tx tx, ApiKeyId key, Outcome outcome, long units) {
        tx.handle()
                .createUpdate(COUNT_NOW)
                .bind("key", key.toString())
                .bind("outcome", outcome.wire())
                .bind("units", units)
                .execute();
    }

    /** What was counted of a key in one piece of time. */
    record Counted(Instant time, String outcome, long count, long units) {}

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
                        row.getString("outcome"),
                        row.getLong("count"),
                        row.getLong("units")))
                .list();
    }
}
