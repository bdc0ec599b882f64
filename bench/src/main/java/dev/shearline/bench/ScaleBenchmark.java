package dev.shearline.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 10));
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 20));

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
            var asked = AskedNode.on(stage, size, ORGANIZATIONS, true);
            var name = "%,d keys".formatted(size);
            return new Place(stage, new Contestant(name, asked.url(), asked.node(), stage.database()), asked.wrk());
        } catch (IOException | SQLException | RuntimeException e) {
            stage.close();
            throw e;
        }
    }
}
