package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What one verification costs with a thousand keys, and with a million: nodes with directories of these sizes, asked in turns about keys
 * at random.
 */
final class ScaleBenchmark implements Benchmark {

    private static final List<Integer> SIZES = Arrays.stream(
                    System.getProperty("bench.sizes", "1000,10000,100000,1000000")
                            .split(",", -1))
            .map(Integer::valueOf)
            .toList();
    private static final int ORGANIZATIONS = 200;
    /** Of more keys the generator would keep more questions than its memory takes. */
    private static final int ASKED_MAX = 200_000;

    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 20));
    private static final Duration START = Duration.ofSeconds(60);
    private static final String PATH = "/v1/keys/verify";

    /** A node, and who asks it. */
    private record Place(Stage stage, Contestant contestant, Wrk wrk) {}

    @Override
    public void run(Report report) throws IOException, SQLException {
        var places = new ArrayList<Place>();
        try {
            for (int size : SIZES) {
                places.add(place(size));
            }
            for (var place : places) {
                place.wrk.run(place.contestant.url(), CONNECTIONS, WARM_UP);
            }
            for (int round = 0; round < ROUNDS; round++) {
                places.forEach(place -> place.contestant.round(place.wrk, CONNECTIONS, ROUND));
            }
            report.line(
                    "%d connections, medians of %d rounds of %d s in turns", CONNECTIONS, ROUNDS, ROUND.toSeconds());
            var contestants = places.stream().map(Place::contestant).toList();
            Contestant.print(report, contestants);
            var first = contestants.getFirst();
            for (var each : contestants.subList(1, contestants.size())) {
                report.line(
                        "%s: %s of the CPU, %s of the requests/s with %s",
                        each.name(),
                        Report.two(each.cpu() / first.cpu()),
                        Report.two(each.rate() / first.rate()),
                        first.name());
            }
        } finally {
            places.reversed().forEach(place -> place.stage.close());
        }
    }

    private static Place place(int size) throws IOException, SQLException {
        var stage = Stage.open();
        try {
            var random = new Random(size);
            var bodies = new ArrayList<String>();
            var population = new Population();
            Path token;
            try (var connection = stage.database().connect()) {
                population.makeOrganizations(connection, ORGANIZATIONS);
                Population.dropListIndexes(connection);
                population.makeKeys(connection, size, key -> {
                    if (size <= ASKED_MAX || random.nextInt(size) < ASKED_MAX) {
                        bodies.add("{\"key\":\"" + key.secret().reveal() + "\",\"scopes\":[\"" + Population.COMMON_SCOPE
                                + "\"]}");
                    }
                });
                token = stage.writeToken(population.makeOperatorKey(connection, Scope.KEYS_VERIFY.value()));
                Population.makeActivity(connection);
                Population.makeLimits(connection);
                Population.analyze(connection);
            }
            stage.database().checkpoint();
            var node = stage.startNode();
            try (var client = new WireClient(node.port())) {
                var first = WireClient.post(PATH, Files.readString(token).strip(), bodies.getFirst());
                Waiting.until(START, () -> client.send(first).status() == 200);
                if (!client.send(first).isAllowed()) {
                    throw new IllegalStateException("not allowed");
                }
            }
            var name = "%,d keys".formatted(size);
            var url = "http://127.0.0.1:" + node.port() + PATH;
            return new Place(
                    stage,
                    new Contestant(name, url, node, stage.database()),
                    new Wrk(stage.directory(), stage.write("bodies", bodies), token));
        } catch (IOException | SQLException | RuntimeException e) {
            stage.close();
            throw e;
        }
    }
}
