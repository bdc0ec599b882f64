package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseTimes;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Counts what waits, for the metrics: all of it up to a bound, for it is only to be seen that it is much. */
final class Waiting implements Runnable {

    static final Duration INTERVAL = Duration.ofSeconds(10);
    static final int COUNTED_MAX = 10_000;

    private static final String WAITING = """
            SELECT (SELECT count(*) FROM (SELECT 1 FROM webhook_delivery WHERE state = 'waiting' LIMIT :max) AS counted)
                 + (SELECT count(*) FROM (SELECT 1 FROM notification WHERE spread_at IS NULL LIMIT :max) AS counted)
                 + (SELECT count(*) FROM (SELECT 1 FROM mail WHERE state = 'waiting' LIMIT :max) AS counted) AS count,
                   LEAST((SELECT min(created_at) FROM webhook_delivery WHERE state = 'waiting'),
                         (SELECT min(at) FROM notification WHERE spread_at IS NULL),
                         (SELECT min(created_at) FROM mail WHERE state = 'waiting')) AS oldest
            """;

    private final Database database;
    private final NotifyMeters meters;
    private final InstantSource clock;
    private final Pacing pacing;

    Waiting(Database database, NotifyMeters meters, InstantSource clock) {
        this.database = database;
        this.meters = meters;
        this.clock = clock;
        this.pacing = new Pacing(INTERVAL, clock);
    }

    private record Seen(long count, Optional<OffsetDateTime> oldest) {}

    @Override
    public void run() {
        if (!pacing.isDue()) {
            return;
        }
        var seen = database.acrossTenants(
                "count what waits to be told",
                tx -> tx.handle()
                        .createQuery(WAITING)
                        .bind("max", COUNTED_MAX)
                        .map((row, _) -> new Seen(
                                row.getLong("count"),
                                Optional.ofNullable(row.getObject("oldest", OffsetDateTime.class))))
                        .one());
        var now = DatabaseTimes.of(clock.instant());
        meters.waiting(
                seen.count(),
                seen.oldest().map(oldest -> Duration.between(oldest, now)).orElse(Duration.ZERO));
    }
}
