package dev.shearline.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Somebody who answers the same questions as others, measured in turns with them. */
record Contestant(
        String name,
        String url,
        ChildProcess process,
        BenchDatabase database,
        List<Double> rates,
        List<Double> cpus,
        List<Double> databaseCpus,
        List<Double> p99s) {

    Contestant(String name, String url, ChildProcess process, BenchDatabase database) {
        this(name, url, process, database, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void round(Wrk wrk, int connections, Duration length) {
        var before = process.cpu();
        var databaseBefore = database.cpu();
        var result = wrk.run(url, connections, length);
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

    /** Requests a second. */
    double rate() {
        return Samples.of(rates).median();
    }

    /** Milliseconds of processor time for a thousand requests. */
    double cpu() {
        return Samples.of(cpus).median();
    }

    static void print(Report report, List<Contestant> contestants) {
        var table = report.table("", "requests/s", "lowest", "highest", "p99 ms", "CPU ms per 1,000", "of PostgreSQL");
        for (var contestant : contestants) {
            var rates = Samples.of(contestant.rates);
            table.row(
                    contestant.name,
                    Report.whole(rates.median()),
                    Report.whole(rates.min()),
                    Report.whole(rates.max()),
                    Report.two(Samples.of(contestant.p99s).median()),
                    Report.two(contestant.cpu()),
                    Report.two(Samples.of(contestant.databaseCpus).median()));
        }
        table.print();
    }
}
