package dev.shearline.server.keys;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each key was used last, and from where. A use is noted in memory and written within seconds, many at a time: the writes grow with
 * the keys in use, not with the requests. Times only go forward, whatever order the nodes write in.
 *
 * <p>What cannot be written stays and is tried again. A kill -9 loses the last seconds, which the next use makes good.
 */
public final class LastUsed implements AutoCloseable {

    /** A use is in the database at most 5 s later, with room for the write. */
    static final Duration FLUSH_INTERVAL = Duration.ofSeconds(3);

    /** More keys than these are written in so many rounds, within a minute, so that each is written less often. */
    static final int MANY_KEYS = 10_000;

    static final int ROUNDS_OF_MANY = 15;
    static final int BATCH_MAX = 1_000;

    /** Beyond this many keys waiting, while the database is away, further keys are not noted. */
    static final int PENDING_MAX = 200_000;

    private static final Logger log = LoggerFactory.getLogger(LastUsed.class);

    /**
     * The keys come sorted and each row is found by its index, one after another, so that two nodes that write the same keys wait for one
     * another. Should a plan ever change that, one of them is told of the deadlock and writes again. Of an erased owner's key no address
     * is written any more ({@link KeyRow.Activity#FORGOTTEN}).
     */
    private static final String WRITE = """
            WITH used AS MATERIALIZED (
                SELECT unnest(:keys) AS key_id, unnest(CAST(:times AS timestamptz[])) AS at, unnest(:addresses) AS address
            )
            UPDATE api_key_activity AS a
               SET last_used_at = used.at,
                   last_used_address = CASE WHEN a.last_used_address = '' THEN '' ELSE NULLIF(used.address, '') END
              FROM used
             WHERE a.key_id = used.key_id AND a.last_used_at < used.at
            """;

    /** What is to be written of one key. */
    private record Use(long millis, Optional<IpAddress> address) {}

    /**
     * The last use of one key so far. It is changed in place: an object a use would live until the flush, and the collector copies
     * whatever lives, which cost a tenth of a verification. Who keeps it beside the key need not look the key up for the next use.
     */
    public static final class Mark {

        private volatile long millis;
        private Optional<IpAddress> address;
        private boolean taken;

        private Mark(long millis, Optional<IpAddress> address) {
            this.millis = millis;
            this.address = address;
        }

        /** Whether a use at this time says nothing new: it is written already, or will be with what is noted here. Takes no lock. */
        public boolean covers(long at) {
            return at <= millis;
        }

        /** False when it was taken to be written meanwhile: then this use must be recorded anew. */
        public synchronized boolean moved(Optional<IpAddress> to, long at) {
            if (!taken && at > millis) {
                millis = at;
                address = to;
            }
            return !taken;
        }

        private synchronized Use take() {
            taken = true;
            return new Use(millis, address);
        }
    }

    private final NodeDatabase database;
    private final ConcurrentHashMap<ApiKeyId, Mark> pending = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread flusher;
    /** Goes on where the last round has ended, so that each key gets its turn. */
    private Iterator<ApiKeyId> next = Collections.emptyIterator();
    /** How many are written at a time, while there are many. */
    private int round;

    public LastUsed(NodeDatabase database) {
        this.database = database;
        this.flusher = Thread.ofPlatform().name("last-used").daemon().unstarted(this::run);
    }

    public void start() {
        flusher.start();
    }

    /**
     * Notes a use. Never blocks: this runs on the event loop, for every verification.
     *
     * @return where it is noted until it is written; null when it is not, because too many wait
     */
    public @Nullable Mark record(ApiKeyId key, Optional<IpAddress> address, Instant at) {
        return pending.size() < PENDING_MAX || pending.containsKey(key) ? note(key, address, at.toEpochMilli()) : null;
    }

    private Mark note(ApiKeyId key, Optional<IpAddress> address, long millis) {
        while (true) {
            var fresh = new Mark(millis, address);
            var known = pending.putIfAbsent(key, fresh);
            if (known == null) {
                return fresh;
            }
            if (known.moved(address, millis)) {
                return known;
            }
            // whoever took it has removed it before
            Thread.onSpinWait();
        }
    }

    private void run() {
        try {
            while (!closing.await(FLUSH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                flushRound();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what has been noted so far, or of many keys a part. */
    void flushRound() {
        int waiting = pending.size();
        if (waiting <= MANY_KEYS) {
            round = 0;
            flush();
        } else {
            // not smaller as fewer wait: the last of them would wait for minutes
            round = Math.max(round, Math.ceilDiv(waiting, ROUNDS_OF_MANY));
            flush(round);
        }
    }

    /** Writes what has been noted so far. */
    synchronized void flush() {
        next = pending.keySet().iterator();
        flush(Integer.MAX_VALUE);
    }

    private synchronized void flush(int max) {
        if (!next.hasNext()) {
            next = pending.keySet().iterator();
        }
        int left = max;
        while (left > 0 && next.hasNext()) {
            var batch = take(Math.min(left, BATCH_MAX));
            left -= batch.size();
            if (!write(batch)) {
                return;
            }
        }
    }

    private Map<ApiKeyId, Use> take(int max) {
        var batch = new TreeMap<ApiKeyId, Use>();
        while (next.hasNext() && batch.size() < max) {
            var key = next.next();
            var noted = pending.remove(key);
            if (noted != null) {
                batch.put(key, noted.take());
            }
        }
        return batch;
    }

    private boolean write(Map<ApiKeyId, Use> batch) {
        try {
            database.call(handle -> {
                List<String> keys = new ArrayList<>();
                List<String> times = new ArrayList<>();
                List<String> addresses = new ArrayList<>();
                batch.forEach((key, use) -> {
                    keys.add(key.toString());
                    times.add(Instant.ofEpochMilli(use.millis()).toString());
                    addresses.add(use.address().map(IpAddress::toString).orElse(""));
                });
                return handle.createUpdate(WRITE)
                        .bindArray("keys", String.class, keys)
                        .bindArray("times", String.class, times)
                        .bindArray("addresses", String.class, addresses)
                        .execute();
            });
            return true;
        } catch (RuntimeException e) {
            log.warn("the last use of {} keys cannot be written now: {}", batch.size(), e.getMessage());
            batch.forEach((key, use) -> note(key, use.address, use.millis));
            return false;
        }
    }

    int waiting() {
        return pending.size();
    }

    /** Writes what is left. */
    @Override
    public void close() {
        closing.countDown();
        try {
            flusher.join(FLUSH_INTERVAL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flush();
    }
}
