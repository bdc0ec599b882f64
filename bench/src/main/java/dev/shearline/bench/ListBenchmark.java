package dev.shearline.bench;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * {@code GET /v1/keys?limit=25} of a million keys in one organization, with any one filter and any sort, as an admin of the organization and
 * as a member of three teams, under row-level security; and of each statement whether its plan reads a table through.
 */
final class ListBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 1_000_000);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 40);
    private static final int WARM_UP_ROUNDS = 5;
    private static final int SLOWEST_SHOWN = 10;
    private static final List<String> SORTS = List.of("created", "name", "last_used", "expires");
    private static final List<String> ORDERS = List.of("asc", "desc");
    private static final List<String> WORDS = List.of("deploy", "backup", "reports", "mobile", "gateway", "worker");
    private static final Pattern SECRET = Pattern.compile("\"secret\":\"([^\"]+)\"");
    private static final String LARGE_SCANS = """
            SELECT coalesce(string_agg(relname || ' ' || seq_scan, ', '), 'none')
              FROM pg_stat_user_tables WHERE seq_scan > 0 AND relname IN ('api_key', 'api_key_scope', 'api_key_word', 'api_key_activity')
            """;

    private final Random random = new Random(25);

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open();
                var connection = stage.database().connect()) {
            var operator = new Population().makeOperatorKey(connection, "*");
            long began = System.nanoTime();
            ListPopulation.make(connection, KEYS);
            stage.database().checkpoint();
            report.line(
                    "%,d keys, %,d teams, %,d members, written in %d s",
                    KEYS, ListPopulation.TEAMS, ListPopulation.MEMBERS, (System.nanoTime() - began) / 1_000_000_000);
            var node = stage.startNode();
            try (var client = new WireClient(node.port())) {
                Waiting.until(
                        java.time.Duration.ofMinutes(2),
                        () -> client.send(get("/v1/scopes", operator.reveal())).status() == 200);
                var callers = new LinkedHashMap<String, String>();
                callers.put("admin of the organization", key(client, operator, "user-0"));
                callers.put("member of three teams", key(client, operator, "user-42"));
                var before = scans(connection);
                for (var caller : callers.entrySet()) {
                    measure(report, client, caller.getKey(), caller.getValue());
                }
                report.line("tables of keys read through, before: %s; after: %s", before, scans(connection));
            }
        }
    }

    private static String scans(java.sql.Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(LARGE_SCANS)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String key(WireClient client, Secret operator, String user) throws IOException {
        var body = "{\"type\":\"personal\",\"organization\":\"ext:bench\",\"user\":\"ext:" + user
                + "\",\"name\":\"lister\",\"scopes\":[\"keys:read\"]}";
        var answer = client.send(WireClient.post("/v1/keys", operator.reveal(), body));
        var secret = SECRET.matcher(answer.body());
        if (!secret.find()) {
            throw new IllegalStateException(answer.body());
        }
        return secret.group(1);
    }

    private static byte[] get(String path, String token) {
        return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private Map<String, Supplier<String>> filters() {
        var filters = new LinkedHashMap<String, Supplier<String>>();
        filters.put("none", () -> "");
        filters.put("type", () -> "&type=" + any(List.of("personal", "team", "ci", "ephemeral")));
        filters.put("owner, a person", () -> "&owner=ext:user-" + random.nextInt(ListPopulation.MEMBERS));
        filters.put("owner, a team", () -> "&owner=" + team());
        filters.put("unit", () -> "&unit=" + team());
        filters.put("status", () -> "&status=" + any(List.of("active", "revoked", "expired", "disabled", "expiring")));
        filters.put("scope", () -> "&scope=" + any(List.of("resources:read", "sessions:write", "keys:read")));
        filters.put("expires_within", () -> "&expires_within=" + any(List.of("1d", "7d", "90d")));
        filters.put("unused_for", () -> "&unused_for=" + any(List.of("30d", "180d", "360d")));
        filters.put("q, a word", () -> "&q=" + any(WORDS));
        filters.put("q, two words", () -> "&q=" + any(WORDS) + "%20" + any(WORDS));
        filters.put("digest", () -> "&digest=" + "0".repeat(64));
        return filters;
    }

    private String team() {
        return "team_%016d".formatted(random.nextInt(ListPopulation.TEAMS));
    }

    private <T> T any(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    private void measure(Report report, WireClient client, String caller, String token) throws IOException {
        var times = new LinkedHashMap<String, List<Double>>();
        var ofOrders = new LinkedHashMap<String, List<Double>>();
        var all = new ArrayList<Double>();
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (var filter : filters().entrySet()) {
                for (var sort : SORTS) {
                    for (var order : ORDERS) {
                        var path = "/v1/keys?limit=25&sort=" + sort + "&order=" + order
                                + filter.getValue().get();
                        double ms = timed(client, path, token);
                        if (round >= 0) {
                            times.computeIfAbsent(filter.getKey(), _ -> new ArrayList<>())
                                    .add(ms);
                            ofOrders.computeIfAbsent(
                                            filter.getKey() + ", by " + sort + " " + order, _ -> new ArrayList<>())
                                    .add(ms);
                            all.add(ms);
                        }
                    }
                }
            }
        }
        report.line("");
        report.line(
                "%s: %d requests a filter, over every sort and order", caller, ROUNDS * SORTS.size() * ORDERS.size());
        var table = report.table("filter", "p50 ms", "p99 ms", "slowest ms");
        times.forEach((filter, values) -> {
            var samples = Samples.of(values);
            table.row(
                    filter,
                    Report.two(samples.median()),
                    Report.two(samples.percentile(0.99)),
                    Report.two(samples.max()));
        });
        table.print();
        report.line("");
        report.line("the slowest together:");
        var slowest = report.table("filter and order", "p50 ms", "slowest ms");
        ofOrders.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        entry -> -Samples.of(entry.getValue()).median()))
                .limit(SLOWEST_SHOWN)
                .forEach(entry -> {
                    var samples = Samples.of(entry.getValue());
                    slowest.row(entry.getKey(), Report.two(samples.median()), Report.two(samples.max()));
                });
        slowest.print();
        report.target("p99 ms of all, " + caller, Samples.of(all).percentile(0.99), "<=", 20);
        var worst = times.values().stream()
                .mapToDouble(values -> Samples.of(values).percentile(0.99))
                .max()
                .orElseThrow();
        report.target("p99 ms of the slowest filter, " + caller, worst, "<=", 20);
    }

    private static double timed(WireClient client, String path, String token) throws IOException {
        long began = System.nanoTime();
        var answer = client.send(get(path, token));
        double ms = (System.nanoTime() - began) / 1e6;
        if (answer.status() != 200) {
            throw new IllegalStateException(path + ": " + answer.body());
        }
        return ms;
    }
}
