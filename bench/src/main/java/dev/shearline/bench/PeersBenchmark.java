package dev.shearline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Verification beside better-auth with its API key plugin, on SQLite and on PostgreSQL, with its rate limit and without: a process each,
 * a thousand keys, the same generator, in turns. Ours has usage and limits on. What is alike and what is not: docs/performance.md.
 */
final class PeersBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 1_000);
    private static final int ORGANIZATIONS = 20;
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 32);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 15));
    private static final List<String> FILES = List.of("package.json", "server.mjs");

    private record Place(Contestant contestant, Wrk wrk) {}

    @Override
    public void run(Report report) throws IOException, SQLException {
        var peer = installed();
        try (var stage = Stage.open()) {
            var places = new ArrayList<Place>();
            places.add(shearline(stage));
            // a generator sends a credential: to a peer this one
            var nobodys = stage.write("nobody", List.of("nobody"));
            for (var limited : List.of("on", "off")) {
                places.add(peer(
                        stage,
                        peer,
                        "SQLite",
                        stage.directory().resolve("peer-" + limited + ".db") + "",
                        limited,
                        nobodys));
                places.add(peer(
                        stage,
                        peer,
                        "PostgreSQL",
                        stage.database().makeDatabaseForPeer("peer_" + limited),
                        limited,
                        nobodys));
            }
            places.forEach(place -> place.wrk.run(place.contestant.url(), CONNECTIONS, WARM_UP));
            for (int round = 0; round < ROUNDS; round++) {
                places.forEach(place -> place.contestant.round(place.wrk, CONNECTIONS, ROUND));
            }
            report.line(
                    "%,d keys, %d connections, medians of %d rounds of %d s in turns",
                    KEYS, CONNECTIONS, ROUNDS, ROUND.toSeconds());
            Contestant.print(report, places.stream().map(Place::contestant).toList());
            var own = places.getFirst().contestant;
            for (var place : places.subList(1, places.size())) {
                report.line(
                        "shearline : %s = %s × requests/s, %s × CPU",
                        place.contestant.name(),
                        Report.two(own.rate() / place.contestant.rate()),
                        Report.two(own.cpu() / place.contestant.cpu()));
            }
        }
    }

    private static Place shearline(Stage stage) throws IOException, SQLException {
        var asked = AskedNode.on(stage, KEYS, ORGANIZATIONS, true);
        return new Place(new Contestant("shearline", asked.url(), asked.node(), stage.database()), asked.wrk());
    }

    private static Place peer(Stage stage, Path peer, String kind, String where, String limited, Path token)
            throws IOException {
        var bodies = stage.directory().resolve("bodies-" + kind + "-" + limited);
        var process = stage.startPeer(
                "better-auth",
                List.of("node", peer.resolve("server.mjs").toString(), where, limited, KEYS + "", bodies.toString()));
        return new Place(
                new Contestant(
                        "better-auth on " + kind + ", rate limit " + limited,
                        "http://127.0.0.1:" + process.port() + "/",
                        process,
                        stage.database()),
                new Wrk(stage.directory(), bodies, token));
    }

    /** Once, with the versions that are pinned. */
    private static Path installed() throws IOException {
        var classPath = System.getProperty("java.class.path").split(":", 2)[0];
        var directory = Objects.requireNonNull(Path.of(classPath).getParent())
                .resolve("peers")
                .resolve("better-auth");
        Files.createDirectories(directory);
        for (var name : FILES) {
            try (var file = Objects.requireNonNull(PeersBenchmark.class.getResourceAsStream("better-auth/" + name))) {
                Files.copy(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!Files.exists(directory.resolve("node_modules"))) {
            System.err.println("Installing better-auth …");
            var npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent")
                    .directory(directory.toFile())
                    .inheritIO()
                    .start();
            if (npm.onExit().join().exitValue() != 0) {
                throw new UncheckedIOException(new IOException("npm install failed in " + directory));
            }
        }
        return directory;
    }
}
