package dev.shearline.server.keys;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;

/** {@code GET /v1/keys/unused}. */
public final class UnusedReportRoutes {

    private static final String UNUSED_FOR = "unused_for";

    private final UnusedReports reports;

    public UnusedReportRoutes(UnusedReports reports) {
        this.reports = reports;
    }

    public void addTo(Routes routes) {
        routes.get("/v1/keys/unused", this::report);
    }

    private Response report(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly("organization", "owner", "unit", "type", UNUSED_FOR, "by");
        var question = new UnusedReports.Question(
                KeyFilterReader.ref(request, "organization"),
                KeyFilterReader.ref(request, "owner"),
                KeyFilterReader.ref(request, "unit"),
                KeyFilterReader.type(request),
                Lifetimes.span(UNUSED_FOR, request.query(UNUSED_FOR).orElse("90d")),
                KeyFilterReader.one(request, "by", UnusedReport.By::find, "owner or unit")
                        .orElse(UnusedReport.By.OWNER));
        return Response.ok(reports.of(caller, question));
    }
}
