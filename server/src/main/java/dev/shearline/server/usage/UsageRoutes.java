package dev.shearline.server.usage;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.keys.ApiKeys;
import java.time.InstantSource;

/** What was counted, for who may read the keys. */
final class UsageRoutes {

    private final ApiKeys keys;
    private final UsageReading reading;
    private final InstantSource clock;

    UsageRoutes(ApiKeys keys, UsageReading reading, InstantSource clock) {
        this.keys = keys;
        this.reading = reading;
        this.clock = clock;
    }

    void addTo(Routes routes) {
        routes.embedded().get("/v1/keys/:id/usage", this::ofKey);
        routes.embedded().get("/v1/keys/:id/callers", this::callersOfKey);
        routes.embedded().get("/v1/keys/:id/impact", this::impactOfKey);
    }

    private Response ofKey(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly(UsageRange.FROM, UsageRange.TO, UsageRange.GRANULARITY);
        var range = UsageRange.of(request, clock.instant());
        return Response.ok(reading.ofKey(caller, keys.get(caller, request.path("id")), range));
    }

    private Response impactOfKey(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly();
        return Response.ok(
                reading.impactOf(caller, keys.get(caller, request.path("id")), KeyImpact.week(clock.instant())));
    }

    private Response callersOfKey(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly(UsageRange.FROM, UsageRange.TO);
        var range = UsageRange.of(request, clock.instant());
        return Response.ok(reading.callersOf(caller, keys.get(caller, request.path("id")), range));
    }
}
