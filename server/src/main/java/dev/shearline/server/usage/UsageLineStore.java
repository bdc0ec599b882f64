package dev.shearline.server.usage;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ApiKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of lines of usage. */
final class UsageLineStore {

    /** Pieces in which something was counted; that of the last day may come out empty. */
    private static final String PIECES = """
            SELECT p.begun
              FROM generate_series(CAST(:from AS timestamptz), CAST(:to AS timestamptz) - make_interval(secs => :step),
                                   make_interval(secs => :step)) AS p (begun)
             WHERE p.begun <= now()
               AND (NOT :closed OR p.begun + make_interval(secs => :step) + interval '24 hours' <= now())
               AND (p.begun + make_interval(secs => :step) > now() - interval '25 hours'
                    OR EXISTS (SELECT 1 FROM usage_hour AS h
                                WHERE h.organization_id = :organization AND h.booked >= p.begun
                                  AND h.booked < p.begun + make_interval(secs => :step)))
             ORDER BY p.begun
            """;

    /** The keys that the reader does not see are left out by the policies of {@code api_key}. */
    @SuppressWarnings("InlineFormatString") // as long as a page
    private static final String LINES = """
            WITH reported AS (
                SELECT r.key_id, %2$s AS holder, r.hour, r.outcome, r.count - r.folded AS count, r.units - r.folded_units AS units,
                       CASE WHEN now() < r.hour + interval '24 hours 55 minutes' THEN r.hour ELSE date_trunc('hour', now(), 'UTC') END AS booked
                  FROM usage_report AS r JOIN api_key AS k ON k.id = r.key_id
                 WHERE r.organization_id = :organization AND (r.count > r.folded OR r.units > r.folded_units)
                   AND CAST(:end AS timestamptz) > now() - interval '25 hours'
                   AND (r.hour >= CAST(:begin AS timestamptz) AND r.hour < CAST(:end AS timestamptz)
                        OR r.hour <= now() - interval '24 hours 55 minutes')%4$s
            ), counted AS (
                SELECT h.key_id, %1$s AS holder, h.hour, h.outcome, h.count, h.units
                  FROM usage_hour AS h JOIN api_key AS k ON k.id = h.key_id
                 WHERE h.organization_id = :organization AND h.booked >= :begin AND h.booked < :end%3$s
                 UNION ALL
                SELECT key_id, holder, hour, outcome, count, units FROM reported WHERE booked >= :begin AND booked < :end
            ), lines AS (
                SELECT holder, CASE WHEN :late THEN NULLIF(date_trunc(:granularity, hour, 'UTC'), :begin) END AS late_for,
                       count(DISTINCT key_id) AS keys, count(DISTINCT key_id) FILTER (WHERE outcome = 'allowed') AS live_keys,
                       LEAST(sum(count), 9223372036854775807) AS requests,
                       LEAST(coalesce(sum(count) FILTER (WHERE outcome = 'allowed'), 0), 9223372036854775807) AS allowed,
                       LEAST(coalesce(sum(units) FILTER (WHERE outcome = 'allowed'), 0), 9223372036854775807) AS units
                  FROM counted GROUP BY 1, 2
            ), page AS (
                SELECT holder, late_for, keys, live_keys, requests, allowed, units
                  FROM lines
                 WHERE (holder, coalesce(late_for, 'epoch')) > (:holder, CAST(:lateFor AS timestamptz))
                 ORDER BY holder, coalesce(late_for, 'epoch') LIMIT :rows
            )
            SELECT l.holder, l.late_for, l.keys, l.live_keys, l.requests, l.allowed, l.units,
                   :end + interval '24 hours' <= now() AS closed,
                   (SELECT external_id FROM organization WHERE id = :organization) AS organization_external_id,
                   CASE WHEN y.id IS NOT NULL THEN 'key' ELSE coalesce(u.kind, 'user') END AS kind,
                   coalesce(y.id, u.id, m.user_id, l.holder) AS id,
                   CASE WHEN u.kind = 'organization' THEN o.external_id ELSE coalesce(u.external_id, p.external_id) END AS external_id,
                   coalesce(y.name, u.name, p.name) AS name
              FROM page AS l
              LEFT JOIN api_key AS y ON y.id = l.holder
              LEFT JOIN unit AS u ON u.id = l.holder
              LEFT JOIN organization AS o ON o.id = u.id
              LEFT JOIN membership AS m ON m.id = l.holder
              LEFT JOIN app_user AS p ON p.id = m.user_id
             ORDER BY l.holder, coalesce(l.late_for, 'epoch')
            """;

    /** Where a page of the lines of a piece ends. */
    record Place(String holder, Instant lateFor) {
        static final Place FIRST = new Place("", Instant.EPOCH);
    }

    /** A line, and the end that sorts it. */
    record Read(Place place, UsageLine line) {}

    List<Instant> pieces(Tx tx, OrganizationId organization, UsageRange range, Instant from, boolean closed) {
        return tx.handle()
                .createQuery(PIECES)
                .bind("organization", organization.value())
                .bind("from", DatabaseTimes.of(from))
                .bind("to", DatabaseTimes.of(range.to()))
                .bind("step", range.step().toSeconds())
                .bind("closed", closed)
                .map((row, _) -> row.getObject("begun", OffsetDateTime.class).toInstant())
                .list();
    }

    List<Read> lines(
            Tx tx,
            OrganizationId organization,
            UsageHolder by,
            UsageRange range,
            Instant begin,
            Place after,
            int rows) {
        boolean total = range.granularity() == UsageRange.Granularity.TOTAL;
        return tx.handle()
                .createQuery(LINES.formatted(by.folded(), by.current(), after("h", by), after("r", by)))
                .bind("organization", organization.value())
                .bind("begin", DatabaseTimes.of(begin))
                .bind("end", DatabaseTimes.of(begin.plus(range.step())))
                .bind("late", !total)
                .bind("granularity", total ? "hour" : range.granularity().wire())
                .bind("holder", after.holder())
                .bind("lateFor", DatabaseTimes.of(after.lateFor()))
                .bind("rows", rows)
                .map((row, _) -> read(row, organization, by, range, begin))
                .list();
    }

    /** Of keys, what comes before the page needs not be counted again for each. */
    private static String after(String alias, UsageHolder by) {
        return by == UsageHolder.KEY ? " AND " + alias + ".key_id >= :holder" : "";
    }

    private static Read read(
            ResultSet row, OrganizationId organization, UsageHolder by, UsageRange range, Instant begin)
            throws SQLException {
        var holder = row.getString("holder");
        var lateFor = Optional.ofNullable(row.getObject("late_for", OffsetDateTime.class))
                .map(OffsetDateTime::toInstant);
        Duration step = range.step();
        long requests = row.getLong("requests");
        long allowed = row.getLong("allowed");
        return new Read(
                new Place(holder, lateFor.orElse(Instant.EPOCH)),
                new UsageLine(
                        begin,
                        lateFor,
                        row.getBoolean("closed"),
                        new ApiKey.Place(
                                organization.value(), Optional.ofNullable(row.getString("organization_external_id"))),
                        new ApiKey.Holder(
                                row.getString("kind"),
                                row.getString("id"),
                                Optional.ofNullable(row.getString("external_id"))),
                        Optional.ofNullable(row.getString("name")),
                        row.getLong("keys"),
                        row.getLong("live_keys"),
                        requests,
                        allowed,
                        requests - allowed,
                        row.getLong("units"),
                        UsageLine.idempotencyKey(
                                organization.value(),
                                by.wire(),
                                begin.toString(),
                                step.toString(),
                                lateFor.map(Instant::toString).orElse(""),
                                holder)));
    }
}
