package dev.shearline.server.usage;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings what sheets hold into the database: over and over while they are counted in, and once for good when they are sealed. */
final class UsageWriter {

    static final int BATCH_MAX = 1_000;
    static final int FOLD_MAX = 2_000;

    private static final long SECONDS_AN_HOUR = Duration.ofHours(1).toSeconds();

    private final NodeDatabase database;
    private final UsageStore store = new UsageStore();

    UsageWriter(NodeDatabase database) {
        this.database = database;
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
     * Writes what has changed since the last time; all of it where a failover has lost the source.
     *
     * @return false where somebody has closed the source
     */
    boolean write(Sheet sheet) {
        var source = write(sheet, false);
        if (source == UsageStore.Source.ABSENT) {
            sheet.setKnown(false);
            source = write(sheet, true);
        }
        return source != UsageStore.Source.CLOSED;
    }

    private UsageStore.Source write(Sheet sheet, boolean all) {
        var batches = new Batches(sheet);
        sheet.table().each((slot, key, hour, code, count, extra) -> {
            if (all || sheet.unwrittenCount(slot, count) != 0 || sheet.unwrittenExtra(slot, extra) != 0) {
                var at = Instant.ofEpochSecond(hour * SECONDS_AN_HOUR);
                batches.add(slot, new Row(key, at, Outcome.wire(code), count, count + extra));
            }
        });
        return batches.write();
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
        if (write(sheet, true) == UsageStore.Source.CLOSED) {
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
        var source = sheet.source();
        fold(source);
        sheet.beginClosing();
        close(source);
        deleteReport(source, Integer.MAX_VALUE);
    }

    /** Adds what a source has reported, and was not added before, to the totals: a page at a time, each for itself. */
    void fold(String source) {
        var after = Optional.of(UsageStore.Place.FIRST);
        while (after.isPresent()) {
            var from = after.get();
            after = database.call(handle -> store.fold(handle, source, from, FOLD_MAX));
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
        }
        return false;
    }

    /** Whether a sheet is so old that nobody remembers what of it was counted. */
    boolean isForgotten(Sheet sheet) {
        return database.call(handle -> store.isForgotten(handle, sheet.opened()));
    }
}
