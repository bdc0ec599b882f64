package dev.shearline.server.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long answers take, a timer for each route and class of status. Made at start, so that a request only looks up. */
final class HttpMetrics {

    static final String REQUESTS = "shearline.http.requests";
    private static final Route UNMATCHED = new Route("-", "-");
    private static final int STATUS_CLASSES = 6;

    private final Map<Route, RouteTimers> timers = new HashMap<>();
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
