package dev.shearline.server.usage;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;

/** {@code POST /v1/usage-reports}: what those have counted who answer from memory. */
final class UsageReportRoutes {

    private final UsageReports reports;

    UsageReportRoutes(UsageReports reports) {
        this.reports = reports;
    }

    void addTo(Routes routes) {
        routes.post("/v1/usage-reports", this::take);
    }

    private record Taken(boolean closed) {}

    private Response take(Request request) {
        var caller = request.require(Scope.KEYS_VERIFY);
        request.queryOnly();
        return Response.ok(new Taken(reports.take(caller, request.body(UsageReport.class))));
    }
}
