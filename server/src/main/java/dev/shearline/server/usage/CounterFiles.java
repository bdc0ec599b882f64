package dev.shearline.server.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of this start: one, and further, smaller ones while PostgreSQL does not take counts as fast as new ones come. */
final class CounterFiles {

    static final int FURTHER_SLOTS = 1 << 14;
    static final int FILES_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(CounterFiles.class);

    private final Path directory;
    private final Supplier<String> names;
    private final int slots;
    private final List<CounterFile> files = new ArrayList<>();
    private boolean failing;

    /** @param slots of each sheet of the first file */
    CounterFiles(Path directory, Supplier<String> names, int slots) {
        this.directory = directory;
        this.names = names;
        this.slots = slots;
    }

    Path directory() {
        return directory;
    }

    /** The sheets of one more file; none when the disk has no room. */
    synchronized List<Sheet> more() {
        if (files.size() == FILES_MAX) {
            return List.of();
        }
        try {
            var file = CounterFile.create(
                    directory, names.get(), files.isEmpty() ? slots : Math.min(slots, FURTHER_SLOTS));
            files.add(file);
            if (failing) {
                log.info("there is room for usage files again");
            }
            failing = false;
            return file.sheets();
        } catch (IOException e) {
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

    /** All that they held is in the totals. */
    synchronized void delete() {
        for (var file : files) {
            try {
                file.delete();
            } catch (IOException e) {
                log.warn("the usage file {} cannot be deleted: {}", file.path(), e.toString());
            }
        }
        files.clear();
    }

    /** Gives up the locks: whoever starts next counts what is in them. */
    synchronized void close() {
        for (var file : files) {
            try {
                file.close();
            } catch (IOException e) {
                log.warn("the usage file {} cannot be closed: {}", file.path(), e.toString());
            }
        }
        files.clear();
    }
}
