package dev.shearline.server.ops;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The routes of the management port. */
public final class OpsRoutes {

    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Readiness readiness;
    private final PrometheusMeterRegistry registry;

    public OpsRoutes(List<HealthCheck> checks, PrometheusMeterRegistry registry) {
        this.readiness = new Readiness(checks);
        this.registry = registry;
    }

    public void addTo(Routes routes) {
        routes.get("/livez", this::live);
        routes.get("/readyz", this::ready);
        routes.get("/metrics", this::metrics);
    }

    /** Always: a process that cannot reach its database must be left alone, not restarted. */
    private Response live(Request request) {
        return Response.ok(Map.of("status", "live"));
    }

    private Response ready(Request request) {
        try {
            var report = readiness.ask();
            var checks = new LinkedHashMap<String, Object>();
            report.checks().forEach((name, health) -> checks.put(name, view(health)));
            var body = new LinkedHashMap<String, Object>();
            body.put("status", report.ready() ? "ready" : "not_ready");
            body.put("checks", checks);
            return Response.of(report.ready() ? 200 : 503, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Response.of(503, Map.of("status", "not_ready"));
        }
    }

    private static Map<String, Object> view(Health health) {
        return switch (health) {
            case Health.Ready ready -> Map.of("status", "ready", "detail", ready.detail());
            case Health.NotReady not -> Map.of("status", "not_ready", "detail", not.detail());
        };
    }

    private Response metrics(Request request) {
        return Response.rendered(200, PROMETHEUS_TEXT, Buffer.buffer(registry.scrape()));
    }
}
