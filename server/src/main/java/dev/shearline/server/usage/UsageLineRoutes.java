package dev.shearline.server.usage;

import dev.shearline.server.http.Json;
import dev.shearline.server.http.ListFormat;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import java.time.InstantSource;
import java.util.List;

/** {@code GET /v1/usage}: an organization's usage in lines, for who bills it and for who looks after it. */
final class UsageLineRoutes {

    private static final String ORGANIZATION = "organization";
    private static final String BY = "by";
    private static final String CLOSED = "closed";

    private final UsageLines lines;
    private final InstantSource clock;
    private final Json json;

    UsageLineRoutes(UsageLines lines, InstantSource clock, Json json) {
        this.lines = lines;
        this.clock = clock;
        this.json = json;
    }

    void addTo(Routes routes) {
        routes.get("/v1/usage", this::lines);
    }

    private Response lines(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly(
                ORGANIZATION,
                BY,
                CLOSED,
                UsageRange.FROM,
                UsageRange.TO,
                UsageRange.GRANULARITY,
                ListFormat.PARAMETER,
                Paging.LIMIT,
                Paging.CURSOR);
        var question = new UsageLines.Question(
                request.query(ORGANIZATION)
                        .map(text -> Ref.find(text)
                                .orElseThrow(() -> invalid(ORGANIZATION, "must be an id, or ext: and an external id"))),
                request.query(BY).map(UsageLineRoutes::by).orElse(UsageHolder.OWNER),
                UsageRange.ofLines(request, clock.instant()),
                request.query(CLOSED).map(UsageLineRoutes::isClosed).orElse(false));
        var format = ListFormat.of(request);
        if (format != ListFormat.JSON) {
            var asked = lines.asked(caller, question);
            return format.whole(json, UsageLine.COLUMNS, UsageLine::cells, use -> lines.forEach(asked, use));
        }
        // as they were written: times that are left out move on while somebody turns pages
        var list = List.of(ORGANIZATION, BY, CLOSED, UsageRange.FROM, UsageRange.TO, UsageRange.GRANULARITY).stream()
                .map(request::query)
                .toList();
        var paging = Paging.of(request, "/v1/usage?" + list);
        return Response.ok(lines.list(lines.asked(caller, question), paging));
    }

    private static UsageHolder by(String text) {
        return UsageHolder.find(text).orElseThrow(() -> invalid(BY, "must be owner, unit, billed_to or key"));
    }

    private static boolean isClosed(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(CLOSED, "must be true or false");
        };
    }

    private static ProblemException invalid(String name, String fault) {
        return Problem.invalidParameter(name, "\"" + name + "\" " + fault + ".").asException();
    }
}
