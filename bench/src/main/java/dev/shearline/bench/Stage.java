package dev.shearline.bench;

import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Where one benchmark happens: a temporary directory, a PostgreSQL in it, and the processes that were started; all gone at the end. */
final class Stage implements AutoCloseable {

    private final Path directory;
    private final Path secretKeys;
    private final BenchDatabase database;
    private final List<ChildProcess> children = new ArrayList<>();
    private int nodes;
    private boolean closed;

    private Stage(Path directory, Path secretKeys, BenchDatabase database) {
        this.directory = directory;
        this.secretKeys = secretKeys;
        this.database = database;
    }

    static Stage open() {
        try {
            var directory = Files.createTempDirectory("shearline-bench-");
            // PostgreSQL's account, where root may not run it, must be able to pass
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            var secretKeys = directory.resolve("secret.keys");
            InstanceKeys.create(secretKeys, new SecureRandom());
            var stage = new Stage(directory, secretKeys, BenchDatabase.start(directory));
            // Ctrl-C too leaves nothing running
            Runtime.getRuntime().addShutdownHook(new Thread(stage::close));
            return stage;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    BenchDatabase database() {
        return database;
    }

    Path directory() {
        return directory;
    }

    /** A file that only this user reads. */
    Path write(String name, Iterable<String> lines) {
        try {
            var file = directory.resolve(name);
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path writeToken(Secret token) {
        return write("token", List.of(token.reveal()));
    }

    /** Starts a node, with its own data directory; returns when it listens. */
    ChildProcess startNode() {
        return startNode(List.of(), Map.of());
    }

    /**
     * @param flags further ones of the JVM
     * @param settings further ones of the node, as in the environment
     */
    ChildProcess startNode(List<String> flags, Map<String, String> settings) {
        var data = directory.resolve("node-" + nodes++);
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("SHEARLINE_LISTEN", "127.0.0.1:0");
        environment.put("SHEARLINE_MANAGEMENT_LISTEN", "127.0.0.1:0");
        environment.put("SHEARLINE_DATABASE_URL", database.appUrl());
        environment.put("SHEARLINE_NODE_DATABASE_URL", database.nodeUrl());
        environment.put("SHEARLINE_SECRET_KEYS_FILE", secretKeys.toString());
        environment.put("SHEARLINE_DATA_DIR", data.toString());
        return started(() -> ChildProcess.start(directory, "node", NodeMain.class, flags, environment));
    }

    ChildProcess startPeer(Class<?> main, String... arguments) {
        return started(() -> ChildProcess.start(directory, "peer", main, Map.of(), arguments));
    }

    ChildProcess startPeer(String name, List<String> command) {
        return started(() -> ChildProcess.start(directory, name, Map.of(), command));
    }

    /** Whoever closes the stage waits for a start that is under way. */
    private synchronized ChildProcess started(Supplier<ChildProcess> start) {
        if (closed) {
            throw new IllegalStateException("the benchmark is being stopped");
        }
        var child = start.get();
        children.add(child);
        return child;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        children.reversed().forEach(ChildProcess::close);
        database.close();
        try (var tree = Files.walk(directory)) {
            for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + directory + " (" + e.getMessage() + ")");
        }
    }
}
