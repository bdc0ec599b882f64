package dev.shearline.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** {@code bench/run NAME}. */
final class Main {

    private Main() {}

    private static Map<String, Supplier<Benchmark>> benchmarks() {
        var benchmarks = new LinkedHashMap<String, Supplier<Benchmark>>();
        benchmarks.put("verify", VerifyBenchmark::new);
        benchmarks.put("scale", ScaleBenchmark::new);
        benchmarks.put("peers", PeersBenchmark::new);
        benchmarks.put("profile", ProfileBenchmark::new);
        benchmarks.put("directory", DirectoryBenchmark::new);
        benchmarks.put("create", CreateBenchmark::new);
        benchmarks.put("revocation", RevocationBenchmark::new);
        benchmarks.put("list", ListBenchmark::new);
        benchmarks.put("flood", FloodBenchmark::new);
        benchmarks.put("local-verifier", LocalVerifierBenchmark::new);
        benchmarks.put("spring", SpringBenchmark::new);
        benchmarks.put("micro", MicroBenchmark::new);
        return benchmarks;
    }

    public static void main(String[] arguments) throws Exception {
        var benchmarks = benchmarks();
        var chosen = arguments.length == 1 ? benchmarks.get(arguments[0]) : null;
        if (chosen == null) {
            System.err.println("Which benchmark? One of: " + String.join(", ", benchmarks.keySet()));
            System.exit(2);
            return;
        }
        var report = new Report(System.out);
        report.line("# %s", arguments[0]);
        report.line("%s", Machine.here());
        report.line("load before: %.2f", Machine.load());
        long began = System.nanoTime();
        chosen.get().run(report);
        report.line("");
        report.line("load after: %.2f; took %d s", Machine.load(), (System.nanoTime() - began) / 1_000_000_000);
        System.exit(0);
    }
}
