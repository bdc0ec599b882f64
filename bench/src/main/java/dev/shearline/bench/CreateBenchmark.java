package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code POST /v1/keys} on one node with its pool of 8 connections, in one organization and in 50, beside bare INSERTs of the same row on 8
 * connections; on this machine's disk, and with commits of 4 ms.
 *
 * <h2>Commits of 4 ms</h2>
 * {@code commit_delay = 4000} with {@code commit_siblings = 0}: whoever flushes the log sleeps for 4 ms while it holds the lock under which
 * the log is flushed, then calls fsync as always. So, as on a disk that takes 4 ms, at most 250 flushes happen a second, whatever commits
 * meanwhile shares the next one, a transaction keeps its row locks until its flush is done, and every commit pays, the feed's numbering and
 * the peer's too. A pg_sleep in a trigger would let any number of commits sleep side by side, and would not touch the numbering. In one
 * respect it is kinder than such a disk: who arrives while the leader sleeps is taken along, and does not wait for the flush after it.
 */
final class CreateBenchmark implements Benchmark {

    private static final int POOL = 8;
    private static final int CLIENTS = Integer.getInteger("bench.clients", 64);
    private static final int ORGANIZATIONS = 50;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 15));
    private static final Duration START = Duration.ofSeconds(30);
    private static final String SLOW_MICROS = "4000";
    private static final int ERRORS_SHARE = 50;

    private record Rates(
            List<Double> peer,
            List<Double> one,
            List<Double> many,
            List<Double> p50s,
            List<Double> p99s,
            List<Double> serverCpu,
            List<Double> databaseCpu) {

        Rates() {
            this(
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }
    }

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open();
                var connection = stage.database().connect()) {
            var population = new Population();
            population.makeOrganizations(connection, ORGANIZATIONS);
            var token = stage.writeToken(population.makeOperatorKey(connection, Scope.FULL_ACCESS.value()));
            var organizations = population.organizationIds();
            report.line(
                    "pool of %d connections, %d clients, PostgreSQL %s",
                    POOL, CLIENTS, stage.database().version());
            measure(report, stage, token, organizations, "commits on this disk");
            stage.database().set("commit_delay", SLOW_MICROS);
            stage.database().set("commit_siblings", "0");
            measure(report, stage, token, organizations, "commits of 4 ms");
            requireWhole(report, connection);
        }
    }

    private static void measure(Report report, Stage stage, Path token, List<String> organizations, String title)
            throws IOException, SQLException {
        double commit = BareInserts.commitMillis(stage.database(), organizations.getFirst());
        var peer = new BareInserts(stage.database(), organizations);
        var one = new Wrk(stage.directory(), stage.write("one", bodies(organizations.subList(0, 1))), token);
        var many = new Wrk(stage.directory(), stage.write("many", bodies(organizations)), token);
        var rates = new Rates();
        try (var node = stage.startNode()) {
            awaitReady(node, Files.readString(token).strip());
            var url = "http://127.0.0.1:" + node.port() + "/v1/keys";
            many.run(url, CLIENTS, WARM_UP);
            peer.run(POOL, WARM_UP.dividedBy(4));
            for (int i = 0; i < ROUNDS; i++) {
                rates.peer.add(peer.run(POOL, ROUND));
                rates.one.add(checked(one.run(url, CLIENTS, ROUND)).perSecond());
                var server = node.cpu();
                var database = stage.database().cpu();
                var result = checked(many.run(url, CLIENTS, ROUND));
                rates.serverCpu.add(node.cpu().minus(server).toNanos() / 1e6 / result.requests());
                rates.databaseCpu.add(stage.database().cpu().minus(database).toNanos() / 1e6 / result.requests());
                rates.many.add(result.perSecond());
                rates.p50s.add(result.p50());
                rates.p99s.add(result.p99());
            }
        }
        print(report, title, commit, rates);
    }

    private static List<String> bodies(List<String> organizations) {
        return organizations.stream()
                .map(organization -> "{\"type\":\"team\",\"name\":\"bench\",\"organization\":\"" + organization
                        + "\",\"scopes\":[\"" + Population.COMMON_SCOPE + "\"]}")
                .toList();
    }

    private static void awaitReady(ChildProcess node, String token) throws IOException {
        try (var client = new WireClient(node.port())) {
            var question = WireClient.post("/v1/keys/verify", token, "{\"key\":\"shl_live_sk_none\"}");
            Waiting.until(START, () -> client.send(question).status() == 200);
        }
    }

    /** A few may be turned away when the machine is busy with other things; a benchmark of refusals measures nothing. */
    private static Wrk.Result checked(Wrk.Result result) {
        if (result.errors() > result.requests() / ERRORS_SHARE) {
            throw new IllegalStateException(result.errors() + " creates failed of " + result.requests());
        }
        return result;
    }

    private static void print(Report report, String title, double commit, Rates rates) {
        report.line("");
        report.line(
                "%s: one alone takes %.2f ms; medians of %d rounds of %d s in turns",
                title, commit, ROUNDS, ROUND.toSeconds());
        var table = report.table("", "a second", "lowest", "highest");
        row(table, "bare INSERT", rates.peer);
        row(table, "create, one organization", rates.one);
        row(table, "create, %d organizations".formatted(ORGANIZATIONS), rates.many);
        table.print();
        report.line(
                "a create takes p50 %.1f ms, p99 %.1f ms",
                Samples.of(rates.p50s).median(), Samples.of(rates.p99s).median());
        report.line(
                "CPU a create: %.2f ms of the server, %.2f ms of PostgreSQL",
                Samples.of(rates.serverCpu).median(),
                Samples.of(rates.databaseCpu).median());
        double peer = Samples.of(rates.peer).median();
        report.line(
                "ratio to bare INSERT: %.2f in one organization, %.2f in many",
                Samples.of(rates.one).median() / peer, Samples.of(rates.many).median() / peer);
        report.target(
                "creates a second, one organization", Samples.of(rates.one).median(), ">=", 500);
        report.target(
                "creates a second, many organizations", Samples.of(rates.many).median(), ">=", 500);
    }

    private static void row(Report.Table table, String name, List<Double> values) {
        var samples = Samples.of(values);
        table.row(name, Report.whole(samples.median()), Report.whole(samples.min()), Report.whole(samples.max()));
    }

    /** Every key that the API made has its audit event and its numbered entry: nothing was bought by leaving something out. */
    private static void requireWhole(Report report, Connection connection) throws SQLException {
        var sql = """
                SELECT count(*),
                       (SELECT count(*) FROM audit_event WHERE action = 'key.created'),
                       (SELECT count(*) FROM feed_entry WHERE kind = 'key.created' OR kind = 'key_created'),
                       (SELECT count(*) FROM feed_entry WHERE epoch IS NULL)
                  FROM api_key WHERE created_by <> 'bench'
                """;
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            report.line("");
            report.line(
                    "%,d keys made through the API, with %,d audit events and %,d feed entries, %d of them unnumbered",
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            if (row.getLong(1) != row.getLong(2)) {
                throw new IllegalStateException("keys and audit events differ");
            }
        }
    }
}
