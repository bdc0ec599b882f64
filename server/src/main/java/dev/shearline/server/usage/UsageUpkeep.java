package dev.shearline.server.usage;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.NodeDatabase;
import java.util.stream.Stream;

/**
 * Looks after what nobody else does: sources of nodes that do not come back, rows that a kill has left undeleted, and what is old. A little
 * at a time, on any node.
 */
final class UsageUpkeep {

    static final int SOURCES_MAX = 50;
    /** Chunks that are deleted in one go, so that counts need not wait long for it. */
    static final int CHUNKS_MAX = 10;

    private final NodeDatabase database;
    private final UsageWriter writer;
    private final Callers callers;
    private final Settings.Usage settings;
    private final UsageStore store = new UsageStore();

    UsageUpkeep(NodeDatabase database, UsageWriter writer, Callers callers, Settings.Usage settings) {
        this.database = database;
        this.writer = writer;
        this.callers = callers;
        this.settings = settings;
    }

    /** Whether that is all for now. */
    boolean look() {
        boolean tended = tend();
        boolean forgotten = forget();
        return tended && forgotten;
    }

    /** An open source is folded and stays open: its node may come back, and its rows say what of it was added already. */
    private boolean tend() {
        var due = database.call(handle -> store.claim(handle, SOURCES_MAX));
        for (var source : due) {
            if (source.closed()) {
                var _ = writer.deleteReport(source.name(), CHUNKS_MAX);
            } else {
                writer.fold(source.name());
                if (source.old()) {
                    writer.close(source.name());
                } else {
                    database.call(handle -> store.postpone(handle, source.name()));
                }
            }
        }
        return due.size() < SOURCES_MAX;
    }

    private boolean forget() {
        for (int i = 0; i < CHUNKS_MAX; i++) {
            int most = Stream.of(
                            database.call(
                                    handle -> store.deleteOldHours(handle, settings.retention(), UsageWriter.FOLD_MAX)),
                            database.call(handle -> store.deleteOldSources(handle, UsageWriter.FOLD_MAX)),
                            callers.forget(settings.callerRetention()))
                    .max(Integer::compare)
                    .orElseThrow();
            if (most < UsageWriter.FOLD_MAX) {
                return true;
            }
        }
        return false;
    }
}
