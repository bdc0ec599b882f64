package dev.shearline.server.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of this start: one that is kept, and further, smaller ones while PostgreSQL does not take counts as fast as new ones come. A
 * further one goes when both its sheets have been settled. So does the one that is kept when an hour has more counters than room there: then
 * a larger one takes its place.
 */
final class CounterFiles {

    static final int FURTHER_SLOTS = 1 << 14;
    static final int FILES_MAX = 1_000;
    /** 128 MiB. */
    static final int GROWN_SLOTS_MAX = 1 << 21;

    private static final int GROWTH = 4;

    private static final Logger log = LoggerFactory.getLogger(CounterFiles.class);

    private final Path directory;
    private final Supplier<String> names;
    private final List<Held> files = new ArrayList<>();
    private volatile int slots;
    private Optional<CounterFile> kept = Optional.empty();
    private volatile boolean outgrown;
    private boolean failing;

    /** @param used its sheets that are still, or not yet, counted in */
    private record Held(CounterFile file, Set<Sheet> used) {}

    /** @param slots of each sheet of the first file that is kept */
    CounterFiles(Path directory, Supplier<String> names, int slots) {
        this.directory = directory;
        this.names = names;
        this.slots = slots;
    }

    Path directory() {
        return directory;
    }

    /** Says that a sheet was full before its hour was over. Never blocks, unlike all else here. */
    void outgrow(Sheet full) {
        int size = full.table().slots();
        if (size > FURTHER_SLOTS && size < GROWN_SLOTS_MAX && size >= slots) {
            outgrown = true;
        }
    }

    /** Whether one more file would be a larger one. */
    boolean isOutgrown() {
        return outgrown;
    }

    /** The sheets of one more file, empty; none when the disk has no room. */
    synchronized List<Sheet> more() {
        if (files.size() == FILES_MAX) {
            return List.of();
        }
        try {
            var file = make();
            files.add(new Held(file, new HashSet<>(file.sheets())));
            if (failing) {
                log.info("there is room for usage files again");
            }
            failing = false;
            return file.sheets();
        } catch (IOException | InternalError e) {
            if (!failing) {
                log.error(
                        "a usage file cannot be made: counts go to memory, and a kill of this process would lose what is not"
                                + " in PostgreSQL yet. Make room in {}: {}",
                        directory,
                        e.toString());
            }
            failing = true;
            return List.of();
        }
    }

    /** Where the disk has no room for a larger one, the file that is kept stays. */
    private CounterFile make() throws IOException {
        int wanted = outgrown ? Math.min(slots * GROWTH, GROWN_SLOTS_MAX) : slots;
        boolean isToBeKept = outgrown || kept.isEmpty();
        outgrown = false;
        if (isToBeKept) {
            try {
                var file = CounterFile.create(directory, names.get(), wanted);
                kept = Optional.of(file);
                slots = wanted;
                return file;
            } catch (IOException | InternalError e) {
                if (wanted <= FURTHER_SLOTS) {
                    throw e;
                }
            }
        }
        return CounterFile.create(directory, names.get(), Math.min(slots, FURTHER_SLOTS));
    }

    /** Whether a sheet that was settled is counted in again. */
    synchronized boolean keeps(Sheet sheet) {
        return kept.isPresent() && kept.get().sheets().contains(sheet);
    }

    /** Nobody counts in the sheet any more. */
    synchronized void release(Sheet sheet) {
        files.removeIf(held -> {
            boolean isOver = held.used().remove(sheet) && held.used().isEmpty() && isDeleted(held.file());
            if (isOver && kept.filter(file -> file == held.file()).isPresent()) {
                kept = Optional.empty();
            }
            return isOver;
        });
    }

    private static boolean isDeleted(CounterFile file) {
        try {
            file.delete();
        } catch (IOException e) {
            log.warn("the usage file {} cannot be deleted: {}", file.path(), e.toString());
        }
        return true;
    }

    /** All that they held is in the totals. */
    synchronized void delete() {
        files.removeIf(held -> isDeleted(held.file()));
    }

    /** Gives up the locks: whoever starts next counts what is in them. */
    synchronized void close() {
        for (var held : files) {
            try {
                held.file().close();
            } catch (IOException e) {
                log.warn("the usage file {} cannot be closed: {}", held.file().path(), e.toString());
            }
        }
        files.clear();
    }
}
