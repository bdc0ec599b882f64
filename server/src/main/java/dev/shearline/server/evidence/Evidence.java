package dev.shearline.server.evidence;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Routes;
import dev.shearline.server.orgs.References;
import dev.shearline.server.secrets.InstanceKeys;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit log as it is proven and read: this node's part in sealing it, and the routes of its readers. */
public final class Evidence implements AutoCloseable {

    /** A line of the log stays readable. */
    private static final int LOGGED_HEADS_MAX = 20;

    private static final Logger log = LoggerFactory.getLogger(Evidence.class);
    private static final double MILLIS = 1_000;

    private final Sealer sealer;
    private final AuditRoutes routes;

    public Evidence(
            Database database,
            NodeDatabase nodeDatabase,
            InstanceKeys keys,
            References references,
            Json json,
            SecureRandom random,
            InstantSource clock,
            MeterRegistry registry,
            CheckpointOutbox outbox) {
        routes = new AuditRoutes(new AuditTrail(database, references, clock), json);
        sealer = new Sealer(nodeDatabase, CheckpointKey.of(keys), random, clock, outbox, Evidence::announce);
        Gauge.builder(
                        "shearline_audit_unsealed_age_seconds",
                        sealer,
                        each -> each.oldestWait().toMillis() / MILLIS)
                .description("For how long the oldest audit event without a seal has waited")
                .register(registry);
        FunctionCounter.builder("shearline_audit_sealing_failures", sealer, Sealer::failures)
                .description("Passes of sealing that failed")
                .register(registry);
    }

    /** A log is kept elsewhere than the database: what stands in it cannot be rewritten there. */
    private static void announce(Checkpoint checkpoint) {
        var lines = checkpoint.lines();
        for (int from = 0; from < lines.size(); from += LOGGED_HEADS_MAX) {
            var some = lines.subList(from, Math.min(lines.size(), from + LOGGED_HEADS_MAX));
            log.info(KeptCheckpoint.LOGGED + "{}", checkpoint.logged(some));
        }
    }

    public void addTo(Routes to) {
        routes.addTo(to);
    }

    public void start() {
        sealer.start();
    }

    @Override
    public void close() {
        sealer.close();
    }
}
