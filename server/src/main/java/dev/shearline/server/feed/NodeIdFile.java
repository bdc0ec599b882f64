package dev.shearline.server.feed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The node's id as the name of a file that the process keeps locked. Who can lock a predecessor's file has proof of its death, and may
 * delete its lease before it lapses. A lost file costs only the wait for the lease.
 *
 * <p>On POSIX a lock belongs to the process and the file, and closing <em>any</em> descriptor of the file gives it up. So a file that
 * this process holds is never opened again: looking whether its lock can be had would lose it.
 */
final class NodeIdFile implements AutoCloseable {

    private static final String SUFFIX = ".node";
    /** A file that is not locked yet, which nobody may take for that of a dead node. */
    private static final String UNLOCKED_SUFFIX = ".new";

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private NodeIdFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static NodeIdFile hold(Path directory, NodeId id) throws IOException {
        Files.createDirectories(directory);
        var file = fileOf(directory, id);
        var unlocked = directory.resolve(id.value() + UNLOCKED_SUFFIX);
        var channel = FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new IOException("another process holds the lock of " + unlocked);
            }
            HELD.add(file);
            Files.move(unlocked, file, StandardCopyOption.ATOMIC_MOVE);
            return new NodeIdFile(file, channel);
        } catch (IOException e) {
            HELD.remove(file);
            channel.close();
            Files.deleteIfExists(unlocked);
            throw e;
        }
    }

    private static Path fileOf(Path directory, NodeId id) throws IOException {
        // the real path: the same directory may be named in several ways
        return directory.toRealPath().resolve(id.value() + SUFFIX);
    }

    /** The nodes that once ran on this directory and are dead for certain. Their files stay until {@link #forget}. */
    static List<NodeId> findDead(Path directory) throws IOException {
        var dead = new ArrayList<NodeId>();
        if (!Files.isDirectory(directory)) {
            return dead;
        }
        try (var files = Files.newDirectoryStream(directory, "node_*" + SUFFIX)) {
            for (var file : files) {
                var name = file.getFileName().toString();
                var id = new NodeId(name.substring(0, name.length() - SUFFIX.length()));
                if (!HELD.contains(fileOf(directory, id)) && isDead(file)) {
                    dead.add(id);
                }
            }
        }
        return dead;
    }

    /** Called after the dead nodes' leases are gone. */
    static void forget(Path directory, List<NodeId> dead) throws IOException {
        for (var id : dead) {
            Files.deleteIfExists(directory.resolve(id.value() + SUFFIX));
        }
    }

    private static boolean isDead(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var lock = tryLock(channel)) {
            return lock != null;
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // being asked by another thread of this very process
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
        HELD.remove(file);
    }
}
