package dev.shearline.server.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of this start: one, and further, smaller ones while PostgreSQL does not take counts as fast as new ones come. A further one goes
 * when both its sheets have been settled.
 */
final class CounterFiles {

    static final int FURTHER_SLOTS = 1 << 14;
    static final int FILES_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(CounterFiles.class);

    private final Path directory;
    private final Supplier<String> names;
    private final int slots;
    private final List<Held> files = new ArrayList<>();
    private boolean failing;

    /** @param used its sheets that are still, or not yet, counted in */
    private record Held(CounterFile file, Set<Sheet> used, boolean first) {}

    /** @param slots of each sheet of the first file */
    CounterFiles(Path directory, Supplier<String> names, int slots) {
        this.directory = directory;
        this.names = names;
        this.slots = slots;
    }

    Path directory() {
        return directory;
    }

    /** The sheets of one more file, empty; none when the disk has no room. */
    synchronized List<Sheet> more() {
        if (files.size() == FILES_MAX) {
            return List.of();
        }
        try {
            boolean first = files.stream().noneMatch(Held::first);
            var file = CounterFile.create(directory, names.get(), first ? slots : Math.min(slots, FURTHER_SLOTS));
            files.add(new Held(file, new HashSet<>(file.sheets()), first));
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

    /** Whether a sheet that was settled is counted in again. */
    synchronized boolean keeps(Sheet sheet) {
        return files.stream().anyMatch(held -> held.first() && held.used().contains(sheet));
    }

    /** Nobody counts in the sheet any more. */
    synchronized void release(Sheet sheet) {
        files.removeIf(held -> held.used().remove(sheet) && held.used().isEmpty() && isDeleted(held.file()));
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
