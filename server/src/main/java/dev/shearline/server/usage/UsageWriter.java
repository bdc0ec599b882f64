package dev.shearline.server.usage;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings what sheets hold into the database: over and over while they are counted in, and once for good when they are sealed. */
final class UsageWriter {

    static final int BATCH_MAX = 1_000;
    static final int FOLD_MAX = 2_000;
    /** Counters that have changed and are all written in one round. */
    static final int MANY = 10_000;
    /** More than those are written in so many rounds. */
    static final int ROUNDS_OF_MANY = 15;

    private static final long SECONDS_AN_HOUR = Duration.ofHours(1).toSeconds();

    private final NodeDatabase database;
    private final Runnable breath;
    private final UsageStore store = new UsageStore();

    UsageWriter(NodeDatabase database) {
        this(database, () -> {});
    }

    private UsageWriter(NodeDatabase database, Runnable breath) {
        this.database = database;
        this.breath = breath;
    }

    /** The same, which does this between two statements of many: others need the database, and the processor, too. */
    UsageWriter breathing(Runnable between) {
        return new UsageWriter(database, between);
    }

    /** Slots of a sheet, a batch at a time, as long as the source takes them. */
    private final class Batches {
        private final Sheet sheet;
        private final List<Row> rows = new ArrayList<>();
        private final List<Integer> slots = new ArrayList<>();
        private UsageStore.Source source = UsageStore.Source.OPEN;

        Batches(Sheet sheet) {
            this.sheet = sheet;
        }

        void add(int slot, Row row) {
            slots.add(slot);
            rows.add(row);
            if (rows.size() == BATCH_MAX) {
                write();
                breath.run();
            }
        }

        UsageStore.Source write() {
            if (source == UsageStore.Source.OPEN && !rows.isEmpty()) {
                if (!sheet.isKnown()) {
                    open(sheet);
                }
                source = database.call(handle -> store.write(handle, sheet.source(), rows));
                if (source == UsageStore.Source.OPEN) {
                    confirm();
                }
            }
            rows.clear();
            slots.clear();
            return source;
        }

        private void confirm() {
            for (int i = 0; i < rows.size(); i++) {
                var row = rows.get(i);
                sheet.confirm(slots.get(i), row.count(), row.units() - row.count());
            }
        }
    }

    private void open(Sheet sheet) {
        database.call(handle -> {
            store.open(handle, sheet.source(), sheet.opened());
            return sheet;
        });
        sheet.setKnown(true);
    }

    /**
     * Writes what has changed since the last time, or of {@link #MANY} a part, each in its turn; all of it where a failover has lost the
     * source.
     *
     * @return false where somebody has closed the source
     */
    boolean write(Sheet sheet) {
        var source = writeChanged(sheet);
        if (source == UsageStore.Source.ABSENT) {
            sheet.setKnown(false);
            source = writeAll(sheet);
        }
        return source != UsageStore.Source.CLOSED;
    }

    private UsageStore.Source writeChanged(Sheet sheet) {
        var round = new Round(sheet, new Batches(sheet), max(sheet));
        int first = sheet.nextWritten();
        sheet.table().each(first, sheet.table().slots(), round);
        sheet.table().each(0, first, round);
        return round.end();
    }

    private static int max(Sheet sheet) {
        var changed = new int[1];
        sheet.table().each((slot, _, _, _, count, extra) -> {
            changed[0] += sheet.isUnwritten(slot, count, extra) ? 1 : 0;
        });
        return changed[0] > MANY ? Math.ceilDiv(changed[0], ROUNDS_OF_MANY) : changed[0];
    }

    /** Takes so many counters that have changed, and leaves the next one for the next round. */
    private static final class Round implements CounterTable.Visitor {
        private final Sheet sheet;
        private final Batches batches;
        private int left;
        private int next;
        private boolean over;

        Round(Sheet sheet, Batches batches, int left) {
            this.sheet = sheet;
            this.batches = batches;
            this.left = left;
        }

        @Override
        public void see(int slot, ApiKeyId key, int hour, int outcome, long count, long extra) {
            if (over || !sheet.isUnwritten(slot, count, extra)) {
                return;
            }
            if (left-- > 0) {
                batches.add(slot, row(key, hour, outcome, count, extra));
            } else {
                over = true;
                next = slot;
            }
        }

        UsageStore.Source end() {
            var source = batches.write();
            sheet.writeNextFrom(next);
            return source;
        }
    }

    private UsageStore.Source writeAll(Sheet sheet) {
        var batches = new Batches(sheet);
        sheet.table()
                .each((slot, key, hour, outcome, count, extra) ->
                        batches.add(slot, row(key, hour, outcome, count, extra)));
        return batches.write();
    }

    private static Row row(ApiKeyId key, int hour, int outcome, long count, long extra) {
        return new Row(key, Instant.ofEpochSecond(hour * SECONDS_AN_HOUR), Outcome.wire(outcome), count, count + extra);
    }

    /**
     * Writes all that the sheet holds, which is not counted in any more, adds it to the totals and closes its source. May be repeated,
     * from wherever it broke off.
     *
     * @return false where somebody else has closed its source
     */
    boolean settle(Sheet sheet) {
        // all of it, and the source first: a failover may have lost what was there before
        sheet.setKnown(false);
        if (writeAll(sheet) == UsageStore.Source.CLOSED) {
            return sheet.isClosing();
        }
        if (sheet.isKnown()) {
            finish(sheet);
        }
        return true;
    }

    /** The same of a sheet whose memory cannot be read any more: what was written of it counts. */
    void settleWritten(Sheet sheet) {
        open(sheet);
        finish(sheet);
    }

    private void finish(Sheet sheet) {
        fold(sheet.source());
        sheet.beginClosing();
        end(sheet.source());
    }

    /** Adds what a source has reported to the totals, and closes it. */
    void finish(String source) {
        fold(source);
        end(source);
    }

    private void end(String source) {
        close(source);
        deleteReport(source, Integer.MAX_VALUE);
    }

    /** Adds what a source has reported, and was not added before, to the totals: a page at a time, each for itself. */
    void fold(String source) {
        var after = Optional.of(UsageStore.Place.FIRST);
        while (after.isPresent()) {
            var from = after.get();
            after = database.call(handle -> store.fold(handle, source, from, FOLD_MAX));
            after.ifPresent(_ -> breath.run());
        }
    }

    /** The rest is added in the same transaction; from then on nothing more comes, and its rows mean nothing. */
    void close(String source) {
        database.call(handle -> handle.inTransaction(tx -> {
            if (store.lock(tx, source) == UsageStore.Source.ABSENT) {
                throw new IllegalStateException("the database has lost a source of usage: it is written again");
            }
            var after = Optional.of(UsageStore.Place.FIRST);
            while (after.isPresent()) {
                after = store.fold(tx, source, after.get(), FOLD_MAX);
            }
            store.close(tx, source);
            return source;
        }));
    }

    /** Whether all rows of a closed source are gone, of which at most so many chunks are deleted. */
    boolean deleteReport(String source, int chunks) {
        for (int i = 0; i < chunks; i++) {
            if (database.call(handle -> store.deleteReport(handle, source, FOLD_MAX)) < FOLD_MAX) {
                database.call(handle -> store.rest(handle, source));
                return true;
            }
            breath.run();
        }
        return false;
    }

    /** Whether a sheet is so old that nobody remembers what of it was counted. */
    boolean isForgotten(Sheet sheet) {
        return database.call(handle -> store.isForgotten(handle, sheet.opened()));
    }
}
