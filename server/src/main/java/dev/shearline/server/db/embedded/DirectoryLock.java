package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One process's claim to a directory. The system drops it when the process ends, however it ends. */
final class DirectoryLock implements AutoCloseable {
    static final String FILE = "lock";

    private static final int PID_BYTES_MAX = 20;

    /**
     * What this process holds. POSIX drops every lock of a process on a file once it closes <em>any</em> descriptor of
     * that file, so a second attempt in this process must be refused before it opens the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Claims a directory, given by its real path. */
    static DirectoryLock take(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            throw inUse(directory, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            return lock(directory);
        } catch (IOException | RuntimeException e) {
            HELD.remove(directory);
            throw e;
        }
    }

    // the lock lives as long as its channel, which close() closes
    private static DirectoryLock lock(Path directory) throws IOException {
        var channel = FileChannel.open(
                directory.resolve(FILE),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (channel.tryLock() == null) {
                throw inUse(directory, holder(channel));
            }
            channel.truncate(0);
            var pid = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            return new DirectoryLock(directory, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(bytes, 0);
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }

    private static EmbeddedPostgresException inUse(Path directory, String pid) {
        return new EmbeddedPostgresException("The data directory " + directory + " is in use by the process "
                + (pid.isBlank() ? "that started last" : pid) + ". Stop that one first (kill " + pid
                + "), or choose another data directory.");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("Cannot release " + directory.resolve(FILE) + ": " + e.getMessage(), e);
        } finally {
            HELD.remove(directory);
        }
    }
}
