package dev.shearline.server.limits;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used of quotas, in the database: each second a node adds what it has granted, many things at a time, and hears what all nodes together
 * have. So a restart forgets nothing, and nodes share their quotas to within a second. The writes grow with the things in use, not with the requests.
 *
 * <p>What cannot be written stays and is tried again. A kill -9 loses at most the last second.
 */
public final class QuotaLedger implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(1);
    static final Duration SWEEP_INTERVAL = Duration.ofHours(1);
    static final int BATCH_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(QuotaLedger.class);
    private static final String INFINITY = "infinity";

    private static final String LOAD = """
            SELECT id, test, refill, CASE WHEN ends_at = 'infinity' THEN NULL ELSE date_part('epoch', ends_at) END AS ends, used
              FROM quota_use
             WHERE ends_at > now()
            """;

    /** Rows come sorted, so that two nodes that write the same things wait for one another. A period that is over is not written any more. */
    private static final String WRITE = """
            INSERT INTO quota_use AS q (id, test, refill, ends_at, used)
            SELECT id, test, refill, ends_at, used
              FROM unnest(CAST(:ids AS text[]), CAST(:tests AS boolean[]), CAST(:refills AS text[]), CAST(:ends AS timestamptz[]),
                          CAST(:used AS bigint[])) AS noted (id, test, refill, ends_at, used)
             ORDER BY id, test
                ON CONFLICT (id, test) DO UPDATE
               SET refill = excluded.refill, ends_at = excluded.ends_at,
                   used = greatest(
                       0, CASE WHEN q.refill = excluded.refill AND q.ends_at = excluded.ends_at THEN q.used ELSE 0 END + excluded.used)
             WHERE q.refill <> excluded.refill OR q.ends_at <= excluded.ends_at
            RETURNING id, test, used
            """;

    private static final String SWEEP = """
            DELETE FROM quota_use
             WHERE (id, test) IN (SELECT id, test FROM quota_use WHERE ends_at < now() - interval '1 day' LIMIT :rows)
            """;

    private final NodeDatabase database;
    private final Limits limits;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread writer;
    private long sweptAt = System.nanoTime();

    public QuotaLedger(NodeDatabase database, Limits limits) {
        this.database = database;
        this.limits = limits;
        this.writer = Thread.ofPlatform().name("quota-ledger").daemon().unstarted(this::run);
    }

    public void start() {
        writer.start();
    }

    /** Reads what was used in the periods that run, together with all else that a node has to know before it answers. */
    public void load(Handle snapshot) {
        limits.remember(snapshot.createQuery(LOAD)
                .map((row, _) -> {
                    double ends = row.getDouble("ends");
                    long end = row.wasNull() ? Long.MAX_VALUE : Math.round(ends * 1000);
                    return new Limits.Remembered(
                            new MeterId(row.getString("id"), row.getBoolean("test")),
                            Quota.Refill.ofWire(row.getString("refill")),
                            end,
                            row.getLong("used"));
                })
                .list());
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                write();
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what was used so far. */
    void write() {
        List<QuotaAllowance> batch;
        do {
            batch = limits.unwritten(BATCH_MAX);
        } while (!batch.isEmpty() && write(batch));
    }

    private boolean write(List<QuotaAllowance> batch) {
        var uses = new HashMap<MeterId, List<Noted>>();
        batch.forEach(allowance -> uses.computeIfAbsent(allowance.id(), _ -> new ArrayList<>())
                .add(new Noted(allowance, allowance.toWrite())));
        try {
            var totals = database.call(handle -> write(handle, List.copyOf(uses.values())));
            totals.forEach((id, total) -> uses.getOrDefault(id, List.of())
                    .forEach(noted -> noted.allowance().written(noted.used(), total)));
            return true;
        } catch (RuntimeException e) {
            log.warn("what was used of {} quotas cannot be written now: {}", batch.size(), e.getMessage());
            batch.forEach(QuotaAllowance::note);
            return false;
        }
    }

    /** What is to be written. Of one thing there is more than one while a rotated key and its successor differ in their limits. */
    private record Noted(QuotaAllowance allowance, QuotaAllowance.Used used) {

        String id() {
            return allowance.id().of();
        }

        String ends() {
            long end = used.in().end();
            return end == Long.MAX_VALUE ? INFINITY : Instant.ofEpochMilli(end).toString();
        }
    }

    private static Map<MeterId, Long> write(Handle handle, List<List<Noted>> noted) {
        var totals = new HashMap<MeterId, Long>();
        handle.createQuery(WRITE)
                .bindArray("ids", String.class, column(noted, Noted::id))
                .bindArray(
                        "tests",
                        Boolean.class,
                        column(noted, one -> one.allowance().id().test()))
                .bindArray(
                        "refills",
                        String.class,
                        column(noted, one -> one.allowance().quota().refill().wire()))
                .bindArray("ends", String.class, column(noted, Noted::ends))
                .bindArray(
                        "used", Long.class, noted.stream().map(QuotaLedger::sum).toList())
                .map((row, _) ->
                        totals.put(new MeterId(row.getString("id"), row.getBoolean("test")), row.getLong("used")))
                .list();
        return totals;
    }

    private static <T> List<T> column(List<List<Noted>> noted, Function<Noted, T> value) {
        return noted.stream().map(each -> value.apply(each.getFirst())).toList();
    }

    private static long sum(List<Noted> noted) {
        return noted.stream().mapToLong(each -> each.used().unwritten()).sum();
    }

    /** Forgets periods that are long over. */
    private void sweep() {
        if (System.nanoTime() - sweptAt < SWEEP_INTERVAL.toNanos()) {
            return;
        }
        sweptAt = System.nanoTime();
        try {
            int gone;
            do {
                gone = database.call(handle ->
                        handle.createUpdate(SWEEP).bind("rows", BATCH_MAX).execute());
            } while (gone == BATCH_MAX);
        } catch (RuntimeException e) {
            log.warn("quotas of periods that are over cannot be removed now: {}", e.getMessage());
        }
    }

    /** Writes what is left. */
    @Override
    public void close() {
        closing.countDown();
        try {
            writer.join(INTERVAL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        write();
    }
}
