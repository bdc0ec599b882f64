package dev.shearline.server.feed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node's id as the name of a file that the process keeps locked. Who can lock a predecessor's file has proof of its death, and may
 * delete its lease before it lapses. A lost file costs only the wait for the lease.
 */
final class NodeIdFile implements AutoCloseable {

    private static final String SUFFIX = ".node";

    private final Path file;
    private final FileChannel channel;

    private NodeIdFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static NodeIdFile hold(Path directory, NodeId id) throws IOException {
        Files.createDirectories(directory);
        var file = directory.resolve(id.value() + SUFFIX);
        var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IOException("another process holds the lock of " + file);
        }
        return new NodeIdFile(file, channel);
    }

    /** The nodes that once ran on this directory and are dead for certain. Their files stay until {@link #forget}. */
    static List<NodeId> findDead(Path directory) throws IOException {
        var dead = new ArrayList<NodeId>();
        if (!Files.isDirectory(directory)) {
            return dead;
        }
        try (var files = Files.newDirectoryStream(directory, "node_*" + SUFFIX)) {
            for (var file : files) {
                if (isDead(file)) {
                    var name = file.getFileName().toString();
                    dead.add(new NodeId(name.substring(0, name.length() - SUFFIX.length())));
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
            // held by another node of this very process
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}
