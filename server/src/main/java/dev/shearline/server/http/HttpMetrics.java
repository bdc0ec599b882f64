package dev.shearline.server.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** How long answers take, a timer for each route and class of status. Made at start, so that a request only looks up. */
final class HttpMetrics {

    static final String REQUESTS = "shearline.http.requests";
    private static final Route UNMATCHED = new Route("-", "-");
    private static final int STATUS_CLASSES = 6;

    /** The routes are those of the table, the very objects: nothing is to be hashed for a request. */
    private final IdentityHashMap<Route, RouteTimers> timers = new IdentityHashMap<>();

    private final RouteTimers unmatched;

    HttpMetrics(MeterRegistry registry, List<Endpoint> endpoints) {
        unmatched = timersOf(registry, UNMATCHED, false);
        for (var endpoint : endpoints) {
            timers.put(endpoint.route(), timersOf(registry, endpoint.route(), endpoint instanceof Endpoint.Hot));
        }
    }

    private static RouteTimers timersOf(MeterRegistry registry, Route route, boolean hot) {
        var byStatus = new ArrayList<Timer>();
        for (int i = 0; i < STATUS_CLASSES; i++) {
            byStatus.add(Timer.builder(REQUESTS)
                    .description("From the arrival of a request to its answer")
                    .tag("method", route.method())
                    .tag("route", route.path())
                    .tag("status", i + "xx")
                    .register(registry));
        }
        return new RouteTimers(route, hot, List.copyOf(byStatus));
    }

    RouteTimers of(Route route) {
        return timers.getOrDefault(route, unmatched);
    }

    RouteTimers unmatched() {
        return unmatched;
    }
}
