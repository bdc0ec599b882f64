package dev.shearline.server.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.IdentityHashMap;
import java.util.List;

/** How long answers take, a timer for each route and class of status. Made at start, so that a request only looks up. */
final class HttpMetrics {

    static final String REQUESTS = "shearline.http.requests";
    private static final Route UNMATCHED = new Route("-", "-");
    private static final int STATUS_CLASSES = 6;

    /** The routes are those of the table, the very objects: nothing is to be hashed for a request. */
    private final IdentityHashMap<Route, Timer[]> timers = new IdentityHashMap<>();

    HttpMetrics(MeterRegistry registry, List<Route> routes) {
        timers.put(UNMATCHED, timersOf(registry, UNMATCHED));
        for (var route : routes) {
            timers.put(route, timersOf(registry, route));
        }
    }

    private static Timer[] timersOf(MeterRegistry registry, Route route) {
        var byStatus = new Timer[STATUS_CLASSES];
        for (int i = 0; i < STATUS_CLASSES; i++) {
            byStatus[i] = Timer.builder(REQUESTS)
                    .description("From the arrival of a request to its answer")
                    .tag("method", route.method())
                    .tag("route", route.path())
                    .tag("status", i + "xx")
                    .register(registry);
        }
        return byStatus;
    }

    Timer[] of(Route route) {
        return timers.getOrDefault(route, unmatched());
    }

    Timer[] unmatched() {
        return timers.getOrDefault(UNMATCHED, new Timer[0]);
    }
}
