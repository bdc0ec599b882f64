package dev.shearline.server.usage;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Routes;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.net.IpAddress;
import dev.shearline.server.orgs.References;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How often keys are verified: by key, hour and outcome, exact through a kill of the process.
 *
 * <p>A count goes to a memory-mapped file before the answer is written ({@link CounterTable}); within seconds the file's counts are in the
 * database, as rows that may be written any number of times ({@link UsageWriter}); when the hour is over they are added to the totals, once
 * ({@link Settling}). Why nothing is lost and nothing counted twice: docs/decisions/0020.
 */
public final class Usage implements AutoCloseable {

    private static final double MILLIS = 1_000;

    private final Tally tally;
    private final Callers callers;
    private final Settling settling;
    private final Spares spares;
    private final UsageRoutes routes;
    private final UsageLineRoutes lineRoutes;
    private final UsageReportRoutes reportRoutes;

    /** @param directory of this node's counter files */
    public Usage(
            Settings.Usage settings,
            Path directory,
            Database database,
            NodeDatabase nodeDatabase,
            ApiKeys keys,
            LastUsed lastUsed,
            References references,
            KeyFormat format,
            SecureRandom random,
            InstantSource clock,
            Json json,
            MeterRegistry registry) {
        Supplier<String> names = () -> name(random);
        var files = new CounterFiles(directory, names, settings.counters());
        tally = new Tally(files, names, clock);
        callers = new Callers(nodeDatabase, format);
        var writer = new UsageWriter(nodeDatabase);
        var upkeep = new UsageUpkeep(nodeDatabase, writer, callers, settings);
        settling = new Settling(tally, files, writer, upkeep, callers, clock);
        spares = new Spares(tally);
        routes = new UsageRoutes(keys, new UsageReading(database), clock);
        lineRoutes = new UsageLineRoutes(new UsageLines(database, references), clock, json);
        reportRoutes = new UsageReportRoutes(new UsageReports(nodeDatabase, lastUsed, clock));
        addMetrics(registry);
    }

    private void addMetrics(MeterRegistry registry) {
        Gauge.builder("shearline_usage_in_memory", tally, counted -> counted.isInFile() ? 0 : 1)
                .description("1 while counts are in memory alone, where a kill loses them")
                .register(registry);
        Gauge.builder(
                        "shearline_usage_unwritten_seconds",
                        settling,
                        writes -> writes.sinceWritten().toMillis() / MILLIS)
                .description("For how long what was counted has not been written to the database")
                .register(registry);
        FunctionCounter.builder("shearline_usage_lost", tally, Tally::lost)
                .description("Verifications that could not be counted at all")
                .register(registry);
        FunctionCounter.builder("shearline_usage_moved", settling, Settling::moved)
                .description(
                        "Sheets of counters that somebody else had written and closed, so that the rest was counted on in another")
                .register(registry);
    }

    private static String name(SecureRandom random) {
        var bytes = new byte[Sheet.SOURCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** From here on counts survive a kill, if the disk has room. */
    public void start() {
        spares.start();
        settling.start();
    }

    public void addTo(Routes to) {
        routes.addTo(to);
        lineRoutes.addTo(to);
        reportRoutes.addTo(to);
    }

    /**
     * Counts a verification of a key. Never blocks: this runs on the event loop, before the answer is written.
     *
     * @param now in milliseconds since 1970
     */
    public void count(long keyHigh, int keyLow, Outcome outcome, int cost, long now) {
        tally.count(keyHigh, keyLow, outcome, cost, now);
    }

    /** Counts a use in the transaction that makes it, for what is rare and of account. The transaction is one of the key's organization. */
    public void countNow(Tx tx, ApiKeyId key, Outcome outcome, int cost) {
        UsageStore.countNow(tx, key, outcome, cost);
    }

    /**
     * Notes from where an allowed use came, for who looks after the key; unlike a count, it may be lost.
     *
     * @param route of the host, an empty text if it was not said, as with the user agent
     */
    public void called(ApiKeyId key, Optional<IpAddress> address, String route, String userAgent, long now) {
        callers.note(key, new Callers.Caller(address, route, userAgent), now);
    }

    /** Writes what is left. */
    @Override
    public void close() {
        spares.close();
        settling.close();
    }
}
