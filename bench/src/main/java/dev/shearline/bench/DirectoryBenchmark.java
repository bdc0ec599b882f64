package dev.shearline.bench;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Position;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.verify.Directory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * What a million keys cost: the memory of the directory, also of keys that it has no room for, the time to load it, and how long a node takes from its process's start to its
 * first answer, without keys and with a million of them.
 */
final class DirectoryBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 1_000_000);
    private static final int ORGANIZATIONS = 1_000;
    private static final int STARTS = 7;
    private static final int LOADS = 5;
    private static final int COLLECTIONS = 4;
    private static final Duration START = Duration.ofSeconds(60);
    private static final String NOBODYS_KEY = "{\"key\":\"shl_live_sk_none\"}";
    private static final Pattern LOADED = Pattern.compile("loaded the directory at epoch \\d+ in (\\d+) ms");

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open();
                var connection = stage.database().connect()) {
            var population = new Population();
            var token = population
                    .makeOperatorKey(connection, Scope.KEYS_VERIFY.value())
                    .reveal();
            var empty = starts(stage, token);
            population.makeOrganizations(connection, ORGANIZATIONS);
            long without = retained(stage, Long.MAX_VALUE).bytes();
            Population.dropListIndexes(connection);
            long began = System.nanoTime();
            population.makeKeys(connection, KEYS, _ -> {});
            Population.analyze(connection);
            stage.database().checkpoint();
            report.line("%,d rows written by COPY in %d s", KEYS, (System.nanoTime() - began) / 1_000_000_000);
            var loaded = retained(stage, Long.MAX_VALUE);
            var known = retained(stage, 1);
            var full = starts(stage, token);

            var table = report.table("", "median", "lowest", "highest");
            row(table, "start to first answer, no keys, s", empty.firstAnswers());
            row(table, "start to first answer, %,d keys, s".formatted(KEYS), full.firstAnswers());
            row(table, "  of that, loading the directory, s", full.loads());
            row(table, "loading again in a warm process, s", loaded.seconds());
            table.print();
            report.line(
                    "heap of the directory: %,d bytes with %,d keys, %,d without; %d organizations, %d units, %d members",
                    loaded.bytes(),
                    KEYS,
                    without,
                    ORGANIZATIONS,
                    ORGANIZATIONS * (1 + Population.TEAMS),
                    ORGANIZATIONS * Population.MEMBERS);
            report.target("bytes a live key", (loaded.bytes() - without) / (double) KEYS, "<=", 250);
            report.target("bytes a live key without room", (known.bytes() - without) / (double) KEYS, "<=", 16);
            report.target("seconds to load at start", Samples.of(full.loads()).median(), "<=", 5);
            report.target(
                    "seconds to the first answer of an empty instance",
                    Samples.of(empty.firstAnswers()).median(),
                    "<=",
                    1.5);
        }
    }

    private static void row(Report.Table table, String name, List<Double> values) {
        var samples = Samples.of(values);
        table.row(name, Report.two(samples.median()), Report.two(samples.min()), Report.two(samples.max()));
    }

    // starting --------------------------------------------------------------------------------------------------------

    private record Starts(List<Double> firstAnswers, List<Double> loads) {}

    /**
     * Each from the start of the process to the first 200. The first of all is left out: it makes the cache of classes with which the
     * launcher, which makes one after each build, starts servers too.
     */
    private static Starts starts(Stage stage, String token) throws IOException {
        var cache = stage.directory().resolve("classes.aot");
        var starts = new Starts(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i <= STARTS; i++) {
            long began = System.nanoTime();
            var node = stage.startNode(List.of((i == 0 ? "-XX:AOTCacheOutput=" : "-XX:AOTCache=") + cache), Map.of());
            try (var client = new WireClient(node.port())) {
                var question = WireClient.post("/v1/keys/verify", token, NOBODYS_KEY);
                Waiting.until(START, () -> client.send(question).status() == 200);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            node.close();
            if (i > 0) {
                starts.firstAnswers.add(seconds);
                starts.loads.add(loadSeconds(node.log()));
            }
        }
        return starts;
    }

    private static double loadSeconds(Path log) throws IOException {
        var found = LOADED.matcher(Files.readString(log));
        if (!found.find()) {
            throw new IllegalStateException("the node does not say how long it loaded: " + log);
        }
        return Double.parseDouble(found.group(1)) / 1_000;
    }

    // memory ----------------------------------------------------------------------------------------------------------

    private record Retained(long bytes, List<Double> seconds) {}

    /** What stays on the heap when nothing but a loaded directory with room for so many live keys is held. */
    private static Retained retained(Stage stage, long room) {
        try (var database = new NodeDatabase(stage.database().node())) {
            load(database, room); // the driver's and the pool's own objects, and all classes, are there from now on
            var seconds = new ArrayList<Double>();
            long before = used();
            var held = new ArrayList<Directory>(1);
            for (int i = 0; i < LOADS; i++) {
                held.clear();
                long began = System.nanoTime();
                held.add(load(database, room));
                seconds.add((System.nanoTime() - began) / 1e9);
            }
            try {
                return new Retained(used() - before, seconds);
            } finally {
                Reference.reachabilityFence(held);
            }
        }
    }

    private static Directory load(NodeDatabase database, long room) {
        var directory = new Directory(Clock.systemUTC(), room);
        try (var handle = database.open()) {
            handle.inTransaction(
                            TransactionIsolationLevel.REPEATABLE_READ,
                            snapshot -> directory.load(snapshot, Position.head(snapshot)))
                    .show();
        }
        return directory;
    }

    private static long used() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
