package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import dev.shearline.server.verify.JudgeBenchmark;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The steps of a verification, by JMH, with 100,000 keys and with a million. */
final class MicroBenchmark implements Benchmark {

    private static final List<Integer> KEYS = Arrays.stream(
                    System.getProperty("bench.keys", "100000,1000000").split(",", -1))
            .map(Integer::valueOf)
            .toList();
    private static final String STEPS = System.getProperty("bench.steps", ".*");
    private static final int ORGANIZATIONS = 200;
    private static final int FORKS = 1;
    private static final int ITERATIONS = 5;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    @Override
    public void run(Report report) throws SQLException, RunnerException {
        for (int keys : KEYS) {
            try (var stage = Stage.open()) {
                List<String> secrets = new ArrayList<>();
                var population = new Population();
                try (var connection = stage.database().connect()) {
                    population.makeOrganizations(connection, ORGANIZATIONS);
                    population.makeKeys(
                            connection, keys, key -> secrets.add(key.secret().reveal()));
                    stage.writeToken(population.makeOperatorKey(connection, Scope.KEYS_VERIFY.value()));
                    Population.analyze(connection);
                }
                stage.write("keys", secrets);
                print(report, keys, measure(stage));
            }
        }
    }

    private static List<RunResult> measure(Stage stage) throws RunnerException {
        var node = stage.database().node();
        var database = String.join(
                " ",
                node.host(),
                Integer.toString(node.port()),
                node.database(),
                node.user(),
                node.password().reveal());
        var options = new OptionsBuilder()
                .include(JudgeBenchmark.class.getName() + "\\." + STEPS + "$")
                .forks(FORKS)
                .warmupIterations(ITERATIONS)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(ITERATIONS)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .jvmArgsAppend(
                        "-XX:+UseParallelGC",
                        "-Xmx3g",
                        "-D" + JudgeBenchmark.DATABASE + "=" + database,
                        "-D" + JudgeBenchmark.KEYS + "=" + stage.directory().resolve("keys"),
                        "-D" + JudgeBenchmark.TOKEN + "=" + stage.directory().resolve("token"))
                .build();
        return List.copyOf(new Runner(options).run());
    }

    private static void print(Report report, int keys, List<RunResult> results) {
        report.line("");
        report.line("%,d keys", keys);
        var table = report.table("", "ns/op", "+/-", "B/op");
        for (var result : results) {
            var time = result.getPrimaryResult();
            var allocated = result.getSecondaryResults().get(ALLOCATED);
            table.row(
                    time.getLabel(),
                    "%.0f".formatted(time.getScore()),
                    "%.0f".formatted(time.getScoreError()),
                    allocated == null ? "?" : String.format(Locale.ROOT, "%.0f", allocated.getScore()));
        }
        table.print();
    }
}
