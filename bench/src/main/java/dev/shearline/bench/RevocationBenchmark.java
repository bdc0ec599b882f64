package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import dev.shearline.token.MintedKey;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * From sending a revoke to the refusal on each of three nodes that together answer 5,000 verifications a second.
 *
 * <p>Keys are revoked one after another, through each node in turn. On every node one connection asks about the key at hand every 2 ms; the
 * time of a node is that of the first refusal after which nothing is allowed again, when its answer has arrived. The rest of the load asks
 * about other keys.
 */
final class RevocationBenchmark implements Benchmark {

    private static final int NODES = 3;
    private static final int VERIFICATIONS_A_SECOND = 5_000;
    private static final int KEYS = 20_000;
    private static final int ORGANIZATIONS = 100;
    private static final int REVOCATIONS = Integer.getInteger("bench.revocations", 400);
    private static final int WARM_UP = 40;
    private static final int BACKGROUND = 2;
    private static final Duration WATCH_PERIOD = Duration.ofMillis(2);
    private static final Duration BEFORE = Duration.ofMillis(30);
    private static final Duration AFTER = Duration.ofMillis(150);
    private static final Duration REFUSED = Duration.ofSeconds(15);
    private static final Duration START = Duration.ofSeconds(30);
    private static final List<Integer> BOUNDS_MS = List.of(5, 10, 20, 30, 50, 75, 100, 150, 250, 500, 1_000);
    private static final String PATH = "/v1/keys/verify";

    /** What is known of the revocations so far, in milliseconds. */
    private record Findings(
            List<Double> refusals,
            List<Double> lastNodes,
            List<Double> answers,
            List<Double> took,
            List<Double> bare,
            LongAdder incomplete,
            LongAdder late) {
        Findings() {
            this(
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new LongAdder(),
                    new LongAdder());
        }
    }

    private final LongAdder verifications = new LongAdder();
    private volatile byte[] question = new byte[0];

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            List<MintedKey> keys = new ArrayList<>();
            var population = new Population();
            String verifier;
            String operator;
            try (var connection = stage.database().connect()) {
                population.makeOrganizations(connection, ORGANIZATIONS);
                population.makeKeys(connection, KEYS, keys::add);
                verifier = population
                        .makeOperatorKey(connection, Scope.KEYS_VERIFY.value())
                        .reveal();
                operator = population
                        .makeOperatorKey(connection, Scope.FULL_ACCESS.value())
                        .reveal();
                Population.makeSideRows(connection);
                Population.analyze(connection);
            }
            var questions = keys.stream()
                    .map(key -> WireClient.post(
                            PATH, verifier, "{\"key\":\"" + key.secret().reveal() + "\"}"))
                    .toList();
            List<ChildProcess> nodes = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                nodes.add(stage.startNode());
            }
            for (var node : nodes) {
                awaitAllowed(node, questions.getFirst());
            }
            try (var bare = new BareNotifications(stage.database(), NODES)) {
                var organization = population.organizationIds().getFirst();
                revokeAll(report, nodes, keys, questions, operator, () -> bare.millis(organization));
            }
        }
    }

    private static void awaitAllowed(ChildProcess node, byte[] question) throws IOException {
        try (var client = new WireClient(node.port())) {
            Waiting.until(START, () -> client.send(question).isAllowed());
        }
    }

    private interface Bare {
        double millis() throws SQLException;
    }

    private void revokeAll(
            Report report,
            List<ChildProcess> nodes,
            List<MintedKey> keys,
            List<byte[]> questions,
            String operator,
            Bare bare)
            throws IOException, SQLException {
        var watchers = new ArrayList<Watcher>();
        var all = new ArrayList<Watcher>();
        var clients = new ArrayList<WireClient>();
        try {
            question = questions.getFirst();
            // the keys at the end are never revoked
            var others = questions.subList(WARM_UP + REVOCATIONS, questions.size());
            double perNode = VERIFICATIONS_A_SECOND / (double) NODES;
            double background = perNode - 1e9 / WATCH_PERIOD.toNanos();
            var period = Duration.ofNanos((long) (1e9 * BACKGROUND / background));
            for (var node : nodes) {
                clients.add(new WireClient(node.port()));
                var watcher = new Watcher(node.port(), () -> question, WATCH_PERIOD, verifications);
                watchers.add(watcher);
                all.add(watcher);
                for (int i = 0; i < BACKGROUND; i++) {
                    all.add(new Watcher(node.port(), randomOf(others), period, verifications));
                }
            }
            all.forEach(Watcher::start);
            var findings = new Findings();
            for (int i = 0; i < WARM_UP; i++) {
                bare.millis();
                revoke(clients.get(i % NODES), watchers, keys.get(i), questions.get(i), operator, findings);
            }
            findings = new Findings();
            verifications.reset();
            long began = System.nanoTime();
            for (int i = WARM_UP; i < WARM_UP + REVOCATIONS; i++) {
                findings.bare.add(bare.millis());
                revoke(clients.get(i % NODES), watchers, keys.get(i), questions.get(i), operator, findings);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            print(report, findings, verifications.sum() / seconds);
        } finally {
            for (var watcher : all) {
                watcher.close();
            }
            for (var client : clients) {
                client.close();
            }
        }
    }

    private static Supplier<byte[]> randomOf(List<byte[]> questions) {
        var random = new Random();
        return () -> questions.get(random.nextInt(questions.size()));
    }

    private void revoke(
            WireClient client,
            List<Watcher> watchers,
            MintedKey key,
            byte[] aboutKey,
            String operator,
            Findings findings)
            throws IOException {
        question = aboutKey;
        watchers.forEach(Watcher::watch);
        Waiting.pause(BEFORE);
        long sent = System.nanoTime();
        var answer =
                client.send(WireClient.post("/v1/keys/" + key.id() + "/revoke", operator, "{\"reason\":\"bench\"}"));
        long answered = System.nanoTime();
        if (answer.status() != 200) {
            throw new IllegalStateException("the revoke was answered " + answer);
        }
        Waiting.until(REFUSED, () -> watchers.stream().allMatch(Watcher::sawRefusal));
        // and a while longer, for one that allows again
        Waiting.pause(AFTER);
        var propagation = JsonMapper.shared().readTree(answer.body()).get("propagation");
        findings.answers.add((answered - sent) / 1e6);
        findings.took.add(propagation.get("took_ms").asDouble());
        boolean complete = propagation.get("complete").asBoolean();
        if (!complete) {
            findings.incomplete.increment();
        }
        double last = 0;
        for (var watcher : watchers) {
            var seen = watcher.seen();
            double millis = (refused(seen, sent) - sent) / 1e6;
            findings.refusals.add(millis);
            last = Math.max(last, millis);
            if (complete) {
                findings.late.add(seen.stream()
                        .filter(answerSeen -> answerSeen.allowed() && answerSeen.sent() > answered)
                        .count());
            }
        }
        findings.lastNodes.add(last);
    }

    /** When the first refusal was there after which nothing was allowed. */
    private static long refused(List<Watcher.Seen> seen, long sent) {
        if (seen.isEmpty() || seen.getLast().allowed()) {
            throw new IllegalStateException("a node still allows the key");
        }
        if (seen.stream().noneMatch(Watcher.Seen::allowed)) {
            throw new IllegalStateException("a node refused the key before it was revoked");
        }
        int first = seen.size() - 1;
        while (!seen.get(first - 1).allowed()) {
            first--;
        }
        return Math.max(sent, seen.get(first).received());
    }

    private static void print(Report report, Findings findings, double rate) {
        report.line(
                "%d keys revoked one after another, %d nodes, %s verifications a second in total",
                findings.took.size(), NODES, Report.whole(rate));
        var table = report.table("ms", "p50", "p99", "max");
        row(table, "revoke sent to refused, each node", findings.refusals);
        row(table, "revoke sent to refused, the last node", findings.lastNodes);
        row(table, "revoke sent to its answer", findings.answers);
        row(table, "took_ms of the answer", findings.took);
        row(table, "a row changed and PostgreSQL told three sessions, the last of them", findings.bare);
        table.print();
        report.line(
                "the last node against the last of those sessions: %s × (p50)",
                Report.two(Samples.of(findings.lastNodes).median()
                        / Samples.of(findings.bare).median()));
        histogram(report, findings.refusals);
        report.line(
                "answers that were not complete: %d; verifications allowed after a complete answer: %d",
                findings.incomplete.sum(), findings.late.sum());
        var refusals = Samples.of(findings.refusals);
        report.target("p99 ms to refused", refusals.percentile(0.99), "<=", 250);
        report.target("latest ms to refused", refusals.max(), "<=", 1_000);
        report.target("allowed after complete", findings.late.intValue(), "<=", 0);
    }

    /** Revoke sent to refused, each node. */
    private static void histogram(Report report, List<Double> refusals) {
        var table = report.table("ms", "refusals", "share of all until then");
        long until = 0;
        for (int i = 0; i <= BOUNDS_MS.size(); i++) {
            double from = i == 0 ? 0 : BOUNDS_MS.get(i - 1);
            double to = i == BOUNDS_MS.size() ? Double.MAX_VALUE : BOUNDS_MS.get(i);
            long count = refusals.stream()
                    .filter(millis -> millis >= from && millis < to)
                    .count();
            until += count;
            table.row(
                    i == BOUNDS_MS.size() ? "more" : "below " + BOUNDS_MS.get(i),
                    Long.toString(count),
                    "%.2f %%".formatted(100.0 * until / refusals.size()));
        }
        table.print();
    }

    private static void row(Report.Table table, String name, List<Double> values) {
        var samples = Samples.of(values);
        table.row(
                name,
                "%.1f".formatted(samples.percentile(0.5)),
                "%.1f".formatted(samples.percentile(0.99)),
                "%.1f".formatted(samples.max()));
    }
}
