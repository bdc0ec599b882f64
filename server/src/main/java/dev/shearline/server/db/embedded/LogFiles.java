package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * PostgreSQL's own log: it starts a new file when one is full, and we remove the oldest, for PostgreSQL never does. The
 * log stays within {@link #FILES_MAX} files of {@link #FILE_KILOBYTES_MAX} kB and what is written in a minute.
 */
final class LogFiles implements AutoCloseable {
    static final int FILE_KILOBYTES_MAX = 4096;

    /** Where PostgreSQL writes until it has read its settings. */
    static final String START = "start.log";

    private static final int FILES_MAX = 8;
    private static final int TAIL_LINES = 20;
    private static final int TAIL_BYTES = 16 * 1024;
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
    private static final String FILES = "postgresql-*.log";

    private final Path directory;
    private final Thread pruning;
    private final CountDownLatch closed = new CountDownLatch(1);

    private LogFiles(Path directory) {
        this.directory = directory;
        this.pruning = Thread.ofVirtual().name("postgres-log").unstarted(this::pruneUntilClosed);
    }

    static LogFiles kept(Path directory) {
        var log = new LogFiles(directory);
        log.pruning.start();
        return log;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    /** Returns the end of what PostgreSQL said last, from before and after it read its settings. */
    static String tail(Path directory) {
        try {
            var newest = newestFirst(directory).stream().limit(1).map(LogFiles::end);
            var start = Files.exists(directory.resolve(START)) ? end(directory.resolve(START)) : "";
            return lastLines(start + "\n" + newest.collect(Collectors.joining()));
        } catch (IOException | UncheckedIOException e) {
            return "(its log in " + directory + " cannot be read: " + e.getMessage() + ")";
        }
    }

    static String lastLines(String text) {
        var lines = text.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES)).collect(Collectors.joining("\n"));
    }

    private void pruneUntilClosed() {
        try {
            do {
                prune();
            } while (!closed.await(PRUNE_EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            // the thread is this object's own: nobody else interrupts it
            Thread.currentThread().interrupt();
        }
    }

    private void prune() {
        try {
            for (var old : newestFirst(directory).stream().skip(FILES_MAX).toList()) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            // the next round tries again; a log that stays must not stop a database
        }
    }

    /** The names carry the time, so their order is the files' order. */
    private static List<Path> newestFirst(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory, FILES)) {
            var sorted = new ArrayList<Path>();
            files.forEach(sorted::add);
            sorted.sort(Comparator.reverseOrder());
            return sorted;
        }
    }

    private static String end(Path file) {
        // the directory is PostgreSQL's account's: a link planted there must not make root read what it names
        try (var channel = Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            channel.position(Math.max(0, channel.size() - TAIL_BYTES));
            return new String(Channels.newInputStream(channel).readNBytes(TAIL_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
