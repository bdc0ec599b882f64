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

/**
 * {@code POST /v1/keys/verify} with 100,000 keys in the directory, beside a bare Vert.x route in a process of its own. Both are asked the
 * same random questions by the same generator on the same machine, in turns.
 */
final class VerifyBenchmark implements Benchmark {

    private static final int KEYS = 100_000;
    private static final int ORGANIZATIONS = 200;
    private static final List<Integer> CONNECTIONS = Arrays.stream(
                    System.getProperty("bench.connections", "32,128").split(",", -1))
            .map(Integer::valueOf)
            .toList();
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 20));
    private static final Duration START = Duration.ofSeconds(30);
    private static final int CHECKED = 500;
    private static final String PATH = "/v1/keys/verify";

    /** What is measured in turns. */
    private record Contestant(
            String name,
            ChildProcess process,
            List<Double> rates,
            List<Double> cpus,
            List<Double> databaseCpus,
            List<Double> p99s) {

        Contestant(String name, ChildProcess process) {
            this(name, process, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        String url() {
            return "http://127.0.0.1:" + process.port() + PATH;
        }

        void round(Wrk wrk, BenchDatabase database, int connections) {
            var before = process.cpu();
            var databaseBefore = database.cpu();
            var result = wrk.run(url(), connections, ROUND);
            var cpu = process.cpu().minus(before);
            var databaseCpu = database.cpu().minus(databaseBefore);
            if (result.errors() > 0) {
                throw new IllegalStateException(name + " answered " + result.errors() + " errors");
            }
            rates.add(result.perSecond());
            cpus.add(cpu.toNanos() / 1e6 / (result.requests() / 1_000.0));
            databaseCpus.add(databaseCpu.toNanos() / 1e6 / (result.requests() / 1_000.0));
            p99s.add(result.p99());
        }
    }

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            var bodies = new ArrayList<String>();
            var population = new Population();
            Path token;
            try (var connection = stage.database().connect()) {
                population.makeOrganizations(connection, ORGANIZATIONS);
                population.makeKeys(
                        connection,
                        KEYS,
                        key -> bodies.add("{\"key\":\"" + key.secret().reveal() + "\",\"scopes\":[\""
                                + Population.COMMON_SCOPE + "\"]}"));
                token = stage.writeToken(population.makeOperatorKey(connection, Scope.KEYS_VERIFY.value()));
                Population.makeSideRows(connection);
                Population.analyze(connection);
            }
            var node = stage.startNode();
            var answer = checkedAnswer(node, bodies, Files.readString(token).strip());
            report.line(
                    "question %d bytes, answer %d bytes: %s", bodies.getFirst().length(), answer.length(), answer);
            var file = stage.write("answer.json", List.of(answer));
            var wrk = new Wrk(stage.directory(), stage.write("bodies", bodies), token);
            var written = stage.startPeer(VerifyPeer.class, file.toString(), "written");
            var ready = stage.startPeer(VerifyPeer.class, file.toString(), "ready");
            for (int connections : CONNECTIONS) {
                compare(
                        report,
                        wrk,
                        stage.database(),
                        connections,
                        List.of(
                                new Contestant("bare route", written),
                                new Contestant("bare route, ready bytes", ready),
                                new Contestant("shearline", node)));
            }
        }
    }

    /** Waits until the node answers, then asks about some keys: a benchmark of refusals would be fast and worthless. */
    private static String checkedAnswer(ChildProcess node, List<String> bodies, String token) throws IOException {
        try (var client = new WireClient(node.port())) {
            var first = WireClient.post(PATH, token, bodies.getFirst());
            Waiting.until(START, () -> client.send(first).status() == 200);
            for (var body : bodies.subList(0, CHECKED)) {
                var answer = client.send(WireClient.post(PATH, token, body));
                if (!answer.isAllowed()) {
                    throw new IllegalStateException("not allowed: " + answer);
                }
            }
            return client.send(first).body();
        }
    }

    private static void compare(
            Report report, Wrk wrk, BenchDatabase database, int connections, List<Contestant> contestants) {
        for (var contestant : contestants) {
            wrk.run(contestant.url(), connections, WARM_UP);
        }
        for (int round = 0; round < ROUNDS; round++) {
            contestants.forEach(contestant -> contestant.round(wrk, database, connections));
        }
        report.line("");
        report.line("%d connections, medians of %d rounds of %d s in turns", connections, ROUNDS, ROUND.toSeconds());
        var table = report.table("", "requests/s", "lowest", "highest", "p99 ms", "CPU ms per 1,000", "of PostgreSQL");
        for (var contestant : contestants) {
            var rates = Samples.of(contestant.rates);
            table.row(
                    contestant.name,
                    Report.whole(rates.median()),
                    Report.whole(rates.min()),
                    Report.whole(rates.max()),
                    Report.two(Samples.of(contestant.p99s).median()),
                    Report.two(Samples.of(contestant.cpus).median()),
                    Report.two(Samples.of(contestant.databaseCpus).median()));
        }
        table.print();
        var own = contestants.getLast();
        for (var peer : contestants.subList(0, contestants.size() - 1)) {
            double rate =
                    Samples.of(own.rates).median() / Samples.of(peer.rates).median();
            double cpu = Samples.of(own.cpus).median() / Samples.of(peer.cpus).median();
            report.target("requests/s of " + peer.name, rate, ">=", 0.85);
            report.target("CPU of " + peer.name, cpu, "<=", 1.3);
        }
    }
}
