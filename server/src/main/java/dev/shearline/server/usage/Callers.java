package dev.shearline.server.usage;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From where keys are used: address, route and user agent of allowed uses, noted in memory and written within seconds. Of a key and a day
 * there are at most {@value #CALLERS_MAX}; further ones are added up. Unlike counts, a kill loses the last seconds of them.
 */
final class Callers {

    static final int CALLERS_MAX = 50;
    /** Callers that wait to be written, of all keys; further ones are added up at once. */
    static final int WAITING_MAX = 50_000;
    /** Keys that wait, while the database is away; of further ones nothing is noted. */
    static final int KEYS_MAX = 100_000;

    static final int BATCH_MAX = 200;

    /** Where a use came from; an empty text where the question did not say. */
    record Caller(Optional<IpAddress> address, String route, String userAgent) {

        String addressText() {
            return address.map(IpAddress::toString).orElse("");
        }
    }

    /** What is to be written of one caller; of no caller: of those that are added up. */
    record Seen(ApiKeyId key, LocalDate day, Optional<Caller> caller, long count, Instant lastAt) {}

    private static final class Tallied {
        private long count;
        private long lastMillis;

        void add(long more, long millis) {
            count += more;
            lastMillis = Math.max(lastMillis, millis);
        }
    }

    /** The callers of one key on one day, until they are taken to be written. */
    private static final class OfKey {
        private final long day;
        private final Map<Caller, Tallied> named = new HashMap<>();
        private final Tallied others = new Tallied();
        private boolean taken;

        OfKey(long day) {
            this.day = day;
        }
    }

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** In the place of a text that has a key in it, or a part of one. */
    static final String WITH_KEY = "(left out: there was a key in it)";

    private final NodeDatabase database;
    private final KeyFormat format;
    private final CallerStore store = new CallerStore();
    private final ConcurrentHashMap<ApiKeyId, OfKey> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    Callers(NodeDatabase database, KeyFormat format) {
        this.database = database;
        this.format = format;
    }

    /** Notes an allowed use. Never waits for more than another note of the same key. */
    void note(ApiKeyId key, Caller caller, long now) {
        add(key, Optional.of(caller), 1, now);
    }

    private void add(ApiKeyId key, Optional<Caller> caller, long count, long now) {
        long day = now / DAY_MILLIS;
        while (true) {
            var of = waiting.get(key);
            if (of == null) {
                if (waiting.size() >= KEYS_MAX) {
                    return;
                }
                var fresh = new OfKey(day);
                var known = waiting.putIfAbsent(key, fresh);
                of = known == null ? fresh : known;
            }
            synchronized (of) {
                if (!of.taken) {
                    // around midnight, what is noted just before the write counts for the day before
                    tally(of, caller).add(count, now);
                    return;
                }
            }
            waiting.remove(key, of);
        }
    }

    private Tallied tally(OfKey of, Optional<Caller> caller) {
        var known = caller.map(of.named::get);
        if (known.isPresent()) {
            return known.get();
        }
        var clean = caller.map(this::withoutKeys);
        if (!clean.equals(caller)) {
            return tally(of, clean);
        }
        if (caller.isEmpty() || of.named.size() == CALLERS_MAX || names.get() >= WAITING_MAX) {
            return of.others;
        }
        var fresh = new Tallied();
        of.named.put(caller.get(), fresh);
        names.incrementAndGet();
        return fresh;
    }

    /** Looked at where a caller is new, not at each use. */
    private Caller withoutKeys(Caller caller) {
        return new Caller(caller.address(), withoutKey(caller.route()), withoutKey(caller.userAgent()));
    }

    private String withoutKey(String text) {
        return format.isBegunIn(text) ? WITH_KEY : text;
    }

    /** Writes what has been noted so far; what cannot be written is kept. */
    void write() {
        for (var keys = waiting.keySet().iterator(); keys.hasNext(); ) {
            var batch = new TreeMap<ApiKeyId, List<Seen>>();
            while (keys.hasNext() && batch.size() < BATCH_MAX) {
                var key = keys.next();
                var of = waiting.remove(key);
                if (of != null) {
                    batch.put(key, take(key, of));
                }
            }
            write(batch);
        }
    }

    private void write(Map<ApiKeyId, List<Seen>> batch) {
        boolean written = false;
        try {
            database.call(handle -> handle.inTransaction(tx -> store.add(tx, batch)));
            written = true;
        } finally {
            if (!written) {
                batch.forEach((key, seen) -> seen.forEach(
                        one -> add(key, one.caller(), one.count(), one.lastAt().toEpochMilli())));
            }
        }
    }

    private List<Seen> take(ApiKeyId key, OfKey of) {
        synchronized (of) {
            of.taken = true;
            var day = LocalDate.ofEpochDay(of.day);
            var seen = new ArrayList<Seen>();
            of.named.forEach((caller, tallied) -> seen.add(seen(key, day, Optional.of(caller), tallied)));
            if (of.others.count > 0) {
                seen.add(seen(key, day, Optional.empty(), of.others));
            }
            names.addAndGet(-of.named.size());
            return seen;
        }
    }

    private static Seen seen(ApiKeyId key, LocalDate day, Optional<Caller> caller, Tallied tallied) {
        return new Seen(key, day, caller, tallied.count, Instant.ofEpochMilli(tallied.lastMillis));
    }

    /** What is older is nobody's business any more: deletes some of it, and says how many rows. */
    int forget(Duration kept) {
        return database.call(handle -> store.deleteOld(handle, kept, UsageWriter.FOLD_MAX));
    }
}
