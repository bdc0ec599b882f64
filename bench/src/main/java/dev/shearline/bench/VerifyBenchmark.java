package dev.shearline.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
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
    /** Whether keys and organizations have rate limits, wide enough to refuse nothing; uses are counted in any case. */
    private static final boolean LIMITS =
            !System.getProperty("bench.limits", "on").equals("off");

    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 20));

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            var asked = AskedNode.on(stage, KEYS, ORGANIZATIONS, LIMITS);
            report.line("uses are counted; keys and organizations have %s", LIMITS ? "rate limits" : "no limits");
            report.line(
                    "question %d bytes, answer %d bytes: %s",
                    asked.question().length(), asked.answer().length(), asked.answer());
            var file = stage.write("answer.json", List.of(asked.answer()));
            var written = stage.startPeer(VerifyPeer.class, file.toString(), "written", "nio");
            var nativeWritten = stage.startPeer(VerifyPeer.class, file.toString(), "written", "native");
            var ready = stage.startPeer(VerifyPeer.class, file.toString(), "ready", "native");
            for (int connections : CONNECTIONS) {
                compare(
                        report,
                        asked.wrk(),
                        connections,
                        List.of(
                                new Contestant("bare route", url(written), written, stage.database()),
                                new Contestant(
                                        "bare route, native sockets",
                                        url(nativeWritten),
                                        nativeWritten,
                                        stage.database()),
                                new Contestant("the same, ready bytes", url(ready), ready, stage.database()),
                                new Contestant("shearline", asked.url(), asked.node(), stage.database())));
            }
        }
    }

    private static String url(ChildProcess process) {
        return "http://127.0.0.1:" + process.port() + AskedNode.PATH;
    }

    private static void compare(Report report, Wrk wrk, int connections, List<Contestant> contestants) {
        for (var contestant : contestants) {
            wrk.run(contestant.url(), connections, WARM_UP);
        }
        for (int round = 0; round < ROUNDS; round++) {
            contestants.forEach(contestant -> contestant.round(wrk, connections, ROUND));
        }
        report.line("");
        report.line("%d connections, medians of %d rounds of %d s in turns", connections, ROUNDS, ROUND.toSeconds());
        Contestant.print(report, contestants);
        var own = contestants.getLast();
        for (var peer : contestants.subList(0, contestants.size() - 1)) {
            report.target("requests/s of " + peer.name(), own.rate() / peer.rate(), ">=", 0.85);
            report.target("CPU of " + peer.name(), own.cpu() / peer.cpu(), "<=", 1.3);
        }
    }
}
