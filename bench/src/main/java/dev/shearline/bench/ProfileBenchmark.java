package dev.shearline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the time and the bytes of one verification go: a node under load, with usage and limits on, recorded by Flight Recorder's sampling of
 * processor time and of allocations. Each sample belongs to the innermost frame of ours. Draws what it found.
 */
final class ProfileBenchmark implements Benchmark {

    private static final int KEYS = Integer.getInteger("bench.keys", 100_000);
    private static final int ORGANIZATIONS = 200;
    private static final int CONNECTIONS = Integer.getInteger("bench.connections", 32);
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warm-up-seconds", 30));
    private static final Duration RECORDED = Duration.ofSeconds(Integer.getInteger("bench.round-seconds", 30));
    private static final String OURS = "dev.shearline.server.";

    /** What a request goes through. */
    private enum Part {
        HTTP("HTTP and sockets: Netty, Vert.x"),
        ROUTE("finding the route, who calls"),
        READ("reading the question"),
        JUDGE("finding the key and judging"),
        LIMITS("limits"),
        USAGE("counting, last use"),
        WRITE("writing the answer"),
        OTHER("the rest of the JVM");

        private final String title;

        Part(String title) {
            this.title = title;
        }
    }

    @Override
    public void run(Report report) throws IOException, SQLException {
        try (var stage = Stage.open()) {
            var asked = AskedNode.on(stage, KEYS, ORGANIZATIONS, true);
            var node = asked.node();
            var wrk = asked.wrk();
            var contestant = new Contestant("shearline", asked.url(), node, stage.database());
            var file = Path.of(System.getProperty(
                            "bench.recording",
                            stage.directory().resolve("profile.jfr").toString()))
                    .toAbsolutePath();
            wrk.run(contestant.url(), CONNECTIONS, WARM_UP);
            node.jcmd(
                    "JFR.start",
                    "name=load",
                    "settings=profile",
                    "jdk.CPUTimeSample#enabled=true",
                    "jdk.CPUTimeSample#throttle=10ms",
                    "jdk.ObjectAllocationSample#throttle=2000/s");
            contestant.round(wrk, CONNECTIONS, RECORDED);
            node.jcmd("JFR.stop", "name=load", "filename=" + file);
            var time = new EnumMap<Part, Double>(Part.class);
            var bytes = new EnumMap<Part, Double>(Part.class);
            try (var recording = new RecordingFile(file)) {
                while (recording.hasMoreEvents()) {
                    var event = recording.readEvent();
                    switch (event.getEventType().getName()) {
                        case "jdk.CPUTimeSample" -> add(time, event, _ -> 1);
                        case "jdk.ObjectAllocationSample" -> add(bytes, event, sample -> sample.getLong("weight"));
                        default -> {
                            // of no account here
                        }
                    }
                }
            }
            print(report, contestant, time, bytes);
        }
    }

    private static void add(Map<Part, Double> sums, RecordedEvent event, ToDoubleFunction<RecordedEvent> weight) {
        sums.merge(part(event), weight.applyAsDouble(event), Double::sum);
    }

    private static Part part(RecordedEvent event) {
        var trace = event.getStackTrace();
        if (trace == null || trace.getFrames().isEmpty()) {
            return Part.OTHER;
        }
        var frames = trace.getFrames();
        boolean http = false;
        for (var frame : frames) {
            var name = name(frame);
            if (name.startsWith(OURS) || name.startsWith("dev.shearline.token.")) {
                var part = ours(name);
                // what we have Netty write is HTTP too
                return http && (part == Part.ROUTE || part == Part.OTHER) ? Part.HTTP : part;
            }
            http |= name.startsWith("io.netty.") || name.startsWith("io.vertx.");
        }
        return http ? Part.HTTP : Part.OTHER;
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod() == null ? "" : frame.getMethod().getType().getName();
    }

    private static Part ours(String name) {
        var type = name.substring(name.lastIndexOf('.') + 1);
        if (name.startsWith(OURS + "limits.") || type.startsWith("Draws")) {
            return Part.LIMITS;
        }
        if (name.startsWith(OURS + "usage.") || type.matches("(UsageCounts|KeyUses|LastUsed|FirstUses).*")) {
            return Part.USAGE;
        }
        if (type.matches("(QuestionJson|Question).*")) {
            return Part.READ;
        }
        if (type.matches("(VerdictJson|AnswerBytes|VerdictCounters|Verdict|Records).*")) {
            return Part.WRITE;
        }
        if (name.startsWith(OURS + "http.")
                || type.matches("(DirectoryAuthenticator|HotAuthenticator|VerifyRoutes).*")) {
            return Part.ROUTE;
        }
        return name.startsWith(OURS + "verify.")
                        || name.startsWith("dev.shearline.token.")
                        || name.startsWith(OURS + "identity.")
                ? Part.JUDGE
                : Part.OTHER;
    }

    private static void print(Report report, Contestant contestant, Map<Part, Double> time, Map<Part, Double> bytes)
            throws IOException {
        double requests = contestant.rate() * RECORDED.toSeconds();
        double samples = time.values().stream().mapToDouble(Double::doubleValue).sum();
        report.line(
                "%,d keys, %d connections, %s requests/s, %s µs of processor time a request; %.0f samples",
                KEYS, CONNECTIONS, Report.whole(contestant.rate()), Report.two(contestant.cpu()), samples);
        var table = report.table("", "µs", "share", "bytes");
        var bars = new ArrayList<BarChart.Bar>();
        for (var part : Part.values()) {
            double share = time.getOrDefault(part, 0.0) / samples;
            double micros = share * contestant.cpu();
            double allocated = bytes.getOrDefault(part, 0.0) / requests;
            table.row(part.title, Report.two(micros), Report.whole(share * 100) + " %", Report.whole(allocated));
            bars.add(new BarChart.Bar(part.title, micros, allocated));
        }
        table.print();
        var chart =
                Path.of(System.getProperty("bench.chart", "verification.svg")).toAbsolutePath();
        Files.writeString(chart, BarChart.of("Where the time and the bytes of one verification go", bars));
        report.line("drawn: %s", chart);
    }
}
