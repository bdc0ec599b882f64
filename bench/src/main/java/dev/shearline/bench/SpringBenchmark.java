package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Spring Boot program without anything that asks who calls, with Spring Security and tokens that are always good, and with the starter and a thousand
 * keys: a process each, the same generator, in turns. The starter asks the node once about each key; from then on it answers from memory.
 */
final class SpringBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 1_000);
    private static final int ORGANIZATIONS = 20;
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 32);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 20));
    private static final Duration START = Duration.ofSeconds(60);

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            var keys = new ArrayList<String>();
            String verifier;
            try (var connection = stage.database().connect()) {
                var population = new Population();
                population.makeOrganizations(connection, ORGANIZATIONS);
                population.makeKeys(
                        connection, KEYS, key -> keys.add(key.secret().reveal()));
                verifier = population
                        .makeOperatorKey(connection, Scope.KEYS_VERIFY.value())
                        .reveal();
                Population.analyze(connection);
            }
            var node = stage.startNode();
            try (var client = new WireClient(node.port())) {
                var question = WireClient.post(AskedNode.PATH, verifier, "{\"key\":\"" + keys.getFirst() + "\"}");
                Waiting.until(START, () -> client.send(question).isAllowed());
            }
            var contestants = new ArrayList<Contestant>();
            contestants.add(contestant(stage, "nobody asks who calls", "open"));
            contestants.add(contestant(stage, "tokens that are always good", "known"));
            contestants.add(contestant(
                    stage,
                    "the starter",
                    "starter",
                    "--shearline.url=http://127.0.0.1:" + node.port(),
                    "--shearline.key=" + verifier));
            compare(report, Wrk.getting(stage.directory(), stage.write("keys", keys)), contestants);
        }
    }

    private static Contestant contestant(Stage stage, String name, String way, String... properties) {
        var place = Path.of(System.getProperty("bench.spring"));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-cp",
                place.resolve("classes")
                        + File.pathSeparator
                        + place.resolve("lib").resolve("*"),
                "dev.shearline.bench.spring.SpringPeer",
                way));
        command.addAll(List.of(properties));
        var process = stage.startPeer("spring-" + way, command);
        return new Contestant(name, "http://127.0.0.1:" + process.port() + "/orders", process, stage.database());
    }

    private static void compare(Report report, Wrk wrk, List<Contestant> contestants) {
        contestants.forEach(contestant -> wrk.run(contestant.url(), CONNECTIONS, WARM_UP));
        for (int round = 0; round < ROUNDS; round++) {
            contestants.forEach(contestant -> contestant.round(wrk, CONNECTIONS, ROUND));
        }
        report.line(
                "%,d keys, %d connections, medians of %d rounds of %d s in turns",
                KEYS, CONNECTIONS, ROUNDS, ROUND.toSeconds());
        Contestant.print(report, contestants);
        var starter = contestants.getLast();
        for (var other : contestants.subList(0, contestants.size() - 1)) {
            report.line(
                    "the starter against \"%s\": %s × the requests/s, %s × the CPU",
                    other.name(), Report.two(starter.rate() / other.rate()), Report.two(starter.cpu() / other.cpu()));
        }
    }
}
