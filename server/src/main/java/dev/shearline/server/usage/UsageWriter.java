package dev.shearline.server.usage;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

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

    /** A slot, and what will have been written of it. */
    private record Slot(int index, long sum) {}

    /** Writes what has changed since the last time. */
    void write(Sheet sheet) {
        write(sheet, false);
    }

    /**
     * Writes all that the sheet holds, which is not counted in any more, adds it to the totals and closes its source. May be repeated,
     * from wherever it broke off.
     */
    void settle(Sheet sheet) {
        // all of it: a failover may have lost what was written before
        write(sheet, true);
        if (!sheet.isKnown()) {
            return;
        }
        var source = sheet.source();
        while (database.call(handle ->
                        handle.inTransaction(tx -> store.lock(tx, source) ? store.fold(tx, source, FOLD_MAX) : 0))
                == FOLD_MAX) {
            // the next ones
        }
        database.call(handle -> handle.inTransaction(tx -> {
            boolean open = store.lock(tx, source);
            if (open) {
                int _ = store.fold(tx, source, Integer.MAX_VALUE);
                store.close(tx, source);
            }
            return open;
        }));
    }

    /** The same of what a dead process has left: something of it may have been written before. */
    void settleLeftover(Sheet sheet) {
        open(sheet);
        settle(sheet);
    }

    private void open(Sheet sheet) {
        database.call(handle -> {
            store.open(handle, sheet.source(), sheet.opened());
            return sheet;
        });
        sheet.becomeKnown();
    }

    private void write(Sheet sheet, boolean all) {
        var slots = new ArrayList<Slot>();
        var rows = new ArrayList<Row>();
        sheet.table().each((slot, key, hour, code, count, extra) -> {
            long sum = count + extra;
            if (all || sum != sheet.written(slot)) {
                Outcome.find(code).ifPresent(outcome -> {
                    slots.add(new Slot(slot, sum));
                    rows.add(
                            new Row(key, Instant.ofEpochSecond(hour * SECONDS_AN_HOUR), outcome, count, count + extra));
                });
            }
        });
        for (int begin = 0; begin < rows.size(); begin += BATCH_MAX) {
            int end = Math.min(rows.size(), begin + BATCH_MAX);
            writeBatch(sheet, rows.subList(begin, end));
            slots.subList(begin, end).forEach(slot -> sheet.write(slot.index(), slot.sum()));
        }
    }

    private void writeBatch(Sheet sheet, List<Row> rows) {
        if (!sheet.isKnown()) {
            open(sheet);
        }
        database.call(handle -> {
            store.write(handle, sheet.source(), rows);
            return rows;
        });
    }

    /** What nobody needs any more, some of it at a time. */
    void forget(Instant hoursBefore, Instant sourcesBefore) {
        database.call(handle -> store.deleteOldHours(handle, hoursBefore, FOLD_MAX));
        database.call(handle -> store.deleteOldSources(handle, sourcesBefore, FOLD_MAX));
    }
}
