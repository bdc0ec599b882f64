package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What floods of bad keys cost, and what they do to those who ask for good ones: each kind alone, then good ones beside as many connections of
 * each kind. First on a node that holds all keys, then on one with room for a quarter of them that is asked for fewer than that.
 *
 * <p>All is closed-loop on one machine, so twice the connections alone double a latency; the flood of further good keys says by how much.
 */
final class FloodBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 100_000);
    private static final int ORGANIZATIONS = 200;
    private static final int ASKED = KEYS / 10;
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 16);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 5));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 10));
    private static final Duration START = Duration.ofSeconds(60);
    private static final String PATH = "/v1/keys/verify";

    /** What is asked about. */
    private enum Kind {
        GOOD("good keys", "allowed"),
        JUNK("junk of any shape", "not_found"),
        MISTYPED("keys with a wrong checksum", "malformed"),
        UNKNOWN("well-formed unknown keys", "not_found"),
        REVOKED("revoked keys", "revoked");

        private final String title;
        private final String code;

        Kind(String title, String code) {
            this.title = title;
            this.code = code;
        }
    }

    /** Of rounds of one kind. */
    private record Measured(List<Double> cpus, List<Double> databaseCpus, List<Double> p50s, List<Double> p99s) {

        Measured() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** One kind: its questions, its generator, and what was measured on one node. */
    private static final class Flood {

        private final Kind kind;
        private final String sample;
        private final Wrk wrk;
        private Measured alone = new Measured();
        private Measured beside = new Measured();

        Flood(Kind kind, String sample, Wrk wrk) {
            this.kind = kind;
            this.sample = sample;
            this.wrk = wrk;
        }

        Wrk.Result run(String url, Duration duration) {
            var result = wrk.run(url, CONNECTIONS, duration);
            if (result.errors() > 0) {
                throw new IllegalStateException(kind.title + ": " + result.errors() + " errors");
            }
            return result;
        }
    }

    private final List<Flood> floods = new ArrayList<>();
    private String token = "";

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            prepare(stage);
            report.line(
                    "%,d live keys, of which %,d are asked about; %d connections of each load",
                    KEYS, ASKED, CONNECTIONS);
            measure(report, stage, "all keys held", Map.of());
            measure(
                    report,
                    stage,
                    "room for a quarter of the keys",
                    Map.of("SHEARLINE_DIRECTORY_MAX_KEYS", Integer.toString(KEYS / 4)));
        }
    }

    private void prepare(Stage stage) throws SQLException, IOException {
        var good = new ArrayList<String>();
        var revoked = new ArrayList<String>();
        var population = new Population();
        Path caller;
        try (var connection = stage.database().connect()) {
            population.makeOrganizations(connection, ORGANIZATIONS);
            population.makeKeys(
                    connection, ASKED, key -> revoked.add(question(key.secret().reveal())));
            revokeAll(connection);
            population.makeKeys(connection, KEYS, key -> {
                if (good.size() < ASKED) {
                    good.add(question(key.secret().reveal()));
                }
            });
            caller = stage.writeToken(population.makeOperatorKey(connection, Scope.KEYS_VERIFY.value()));
            Population.makeSideRows(connection);
            Population.analyze(connection);
        }
        token = Files.readString(caller).strip();
        var unknown = unknownKeys();
        add(stage, caller, Kind.GOOD, good);
        add(
                stage,
                caller,
                Kind.JUNK,
                questions(unknown, key -> new StringBuilder(key).reverse().toString()));
        add(stage, caller, Kind.MISTYPED, questions(unknown, FloodBenchmark::mistyped));
        add(stage, caller, Kind.UNKNOWN, questions(unknown, key -> key));
        add(stage, caller, Kind.REVOKED, revoked);
    }

    private void add(Stage stage, Path caller, Kind kind, List<String> questions) {
        var wrk = new Wrk(stage.directory(), stage.write(kind.name(), questions), caller);
        floods.add(new Flood(kind, questions.getFirst(), wrk));
    }

    private static List<String> unknownKeys() {
        var random = new SecureRandom();
        var format = new KeyFormat(List.of("shl"));
        return Stream.generate(() -> format.mint(KeyMode.LIVE, KeyKind.SECRET, random)
                        .secret()
                        .reveal())
                .limit(ASKED)
                .toList();
    }

    private static List<String> questions(List<String> keys, UnaryOperator<String> change) {
        return keys.stream().map(change).map(FloodBenchmark::question).toList();
    }

    private static String mistyped(String key) {
        int last = key.length() - 1;
        return key.substring(0, last) + (key.charAt(last) == 'a' ? 'b' : 'a');
    }

    private static String question(String key) {
        return "{\"key\":\"" + key + "\",\"scopes\":[\"" + Population.COMMON_SCOPE + "\"]}";
    }

    private static void revokeAll(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE api_key SET state = 'revoked', version = version + 1, revoked_at = now(), revoked_cause = 'manual'");
        }
    }

    private void measure(Report report, Stage stage, String mode, Map<String, String> settings) throws IOException {
        try (var node = stage.startNode(List.of(), settings)) {
            check(node);
            var url = "http://127.0.0.1:" + node.port() + PATH;
            for (var flood : floods) {
                flood.run(url, WARM_UP);
                flood.alone = new Measured();
                flood.beside = new Measured();
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (var flood : floods) {
                    alone(flood, node, stage.database(), url);
                    beside(flood, url);
                }
            }
        }
        print(report, mode);
    }

    /** Waits until the node answers, then asks once about each kind: a flood of the wrong answers would say nothing. */
    private void check(ChildProcess node) throws IOException {
        try (var client = new WireClient(node.port())) {
            for (var flood : floods) {
                var question = WireClient.post(PATH, token, flood.sample);
                Waiting.until(START, () -> client.send(question).status() == 200);
                var answer = client.send(question);
                if (!answer.body().contains("\"code\":\"" + flood.kind.code + "\"")) {
                    throw new IllegalStateException("not " + flood.kind.code + ": " + answer);
                }
            }
        }
    }

    private static void alone(Flood flood, ChildProcess node, BenchDatabase database, String url) {
        var before = node.cpu();
        var databaseBefore = database.cpu();
        var result = flood.run(url, ROUND);
        double thousands = result.requests() / 1_000.0;
        flood.alone.cpus.add(node.cpu().minus(before).toNanos() / 1e6 / thousands);
        flood.alone.databaseCpus.add(database.cpu().minus(databaseBefore).toNanos() / 1e6 / thousands);
        flood.alone.p50s.add(result.p50());
        flood.alone.p99s.add(result.p99());
    }

    /** Those who ask for good keys, while as many connections more ask for keys of this kind. */
    private void beside(Flood flood, String url) {
        var flooding = CompletableFuture.supplyAsync(() -> flood.run(url, ROUND));
        var result = floods.getFirst().run(url, ROUND);
        flooding.join();
        flood.beside.p50s.add(result.p50());
        flood.beside.p99s.add(result.p99());
    }

    private void print(Report report, String mode) {
        var good = floods.getFirst().alone;
        report.line("");
        report.line("%s, medians of %d rounds of %d s in turns", mode, ROUNDS, ROUND.toSeconds());
        report.line("good keys alone: p50 %s ms, p99 %s ms", two(good.p50s), two(good.p99s));
        var table = report.table(
                "flood of",
                "CPU ms per 1,000",
                "of PostgreSQL",
                "to good ones",
                "p50 ms of good ones beside it",
                "p99 ms",
                "p50 to alone",
                "p99 to alone");
        for (var flood : floods) {
            table.row(
                    flood.kind.title,
                    two(flood.alone.cpus),
                    two(flood.alone.databaseCpus),
                    Report.two(ratio(flood.alone.cpus, good.cpus)),
                    two(flood.beside.p50s),
                    two(flood.beside.p99s),
                    Report.two(ratio(flood.beside.p50s, good.p50s)),
                    Report.two(ratio(flood.beside.p99s, good.p99s)));
        }
        table.print();
        for (var flood : floods.subList(1, floods.size())) {
            var what = flood.kind.title;
            report.target("CPU of " + what + " to good ones", ratio(flood.alone.cpus, good.cpus), "<=", 1.0);
            report.target("p50 of good ones beside " + what, ratio(flood.beside.p50s, good.p50s), "<=", 2);
            report.target("p99 of good ones beside " + what, ratio(flood.beside.p99s, good.p99s), "<=", 2);
        }
    }

    private static double ratio(List<Double> values, List<Double> to) {
        return Samples.of(values).median() / Samples.of(to).median();
    }

    private static String two(List<Double> values) {
        return Report.two(Samples.of(values).median());
    }
}
