package dev.shearline.server.feed;

import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The SQL of reading the feed. */
final class FeedLog {

    static final int BATCH_MAX = 1_000;
    /** An entry this old without a number means that numbering fails: freshness must not move. */
    static final Duration LATE_NUMBER = Duration.ofSeconds(2);

    static final Duration KEEP = Duration.ofHours(24);
    static final int TRIM_MAX = 5_000;

    private static final String READ = """
            SELECT e.epoch, e.tag, e.kind, e.organization_id, e.target, e.version, s.server, s.late
              FROM (SELECT %s,
                           EXISTS (SELECT 1 FROM feed_entry
                                    WHERE epoch IS NULL AND at < clock_timestamp() - make_interval(secs => :late)) AS late) AS s
              LEFT JOIN LATERAL (SELECT epoch, tag, kind, organization_id, target, version
                                   FROM feed_entry WHERE epoch >= :from ORDER BY epoch LIMIT :max) AS e ON true
             ORDER BY e.epoch
            """.formatted(ServerIdentity.COLUMN);

    /**
     * Below every live node's position, older than the time kept, and never the newest entry. Waits for nobody who holds a row, other
     * nodes that trim at the same time among them: what is left over goes next time.
     */
    private static final String TRIM = """
            DELETE FROM feed_entry WHERE id IN (SELECT id FROM feed_entry
             WHERE epoch < (SELECT least((SELECT min(applied) FROM node WHERE lease_until > now()),
                                         (SELECT min(epoch) FROM feed_entry WHERE at >= now() - make_interval(secs => :keep)),
                                         (SELECT epoch FROM epoch_counter)))
               AND epoch < (SELECT min(epoch) FROM feed_entry) + :max
               FOR UPDATE SKIP LOCKED)
            """;

    /** One answer of the feed: from the last known entry on, with who answered and whether numbers are late. */
    record Page(List<FeedEntry> entries, ServerIdentity server, boolean numbersLate) {}

    private FeedLog() {}

    static Page read(Handle handle, long from) {
        var entries = new ArrayList<FeedEntry>();
        var page = handle.createQuery(READ)
                .bind("from", from)
                .bind("max", BATCH_MAX + 1)
                .bind("late", LATE_NUMBER.toSeconds())
                .map((row, _) -> {
                    if (row.getObject("epoch") != null) {
                        entries.add(entry(row));
                    }
                    return new Page(entries, new ServerIdentity(row.getString("server")), row.getBoolean("late"));
                })
                .list();
        return page.getFirst();
    }

    private static FeedEntry entry(java.sql.ResultSet row) throws java.sql.SQLException {
        return new FeedEntry(
                new Epoch(row.getLong("epoch"), row.getLong("tag")),
                ChangeKind.find(row.getString("kind")),
                optional(row.getString("organization_id")).map(OrganizationId::new),
                optional(row.getString("target")).orElse(""),
                row.getInt("version"));
    }

    private static Optional<String> optional(@Nullable String text) {
        return Optional.ofNullable(text);
    }

    static int trim(Handle handle) {
        return handle.createUpdate(TRIM)
                .bind("keep", KEEP.toSeconds())
                .bind("max", TRIM_MAX)
                .execute();
    }
}
