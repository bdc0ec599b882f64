package dev.shearline.server.evidence;

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
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code /v1/audit-events} and {@code /v1/audit-checkpoints}: nothing here changes anything. */
final class AuditRoutes {

    private static final String ORGANIZATION = "organization";
    private static final String ORDER = "order";
    private static final String NDJSON = "application/x-ndjson";
    private static final int FILTER_CHARACTERS_MAX = 255;
    private static final Pattern SEQ = Pattern.compile("[0-9]{1,18}");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final AuditTrail trail;
    private final Json json;

    AuditRoutes(AuditTrail trail, Json json) {
        this.trail = trail;
        this.json = json;
    }

    void addTo(Routes routes) {
        routes.get("/v1/audit-events", this::events);
        routes.get("/v1/audit-events/export", this::export);
        routes.get("/v1/audit-checkpoints", this::checkpoints);
        routes.get("/v1/audit-checkpoints/keys", this::keys);
    }

    private Response events(Request request) {
        var caller = request.caller(Scope.AUDIT_READ);
        request.queryOnly(
                ORGANIZATION,
                "actor",
                "action",
                "target",
                "since",
                "until",
                ORDER,
                ListFormat.PARAMETER,
                Paging.LIMIT,
                Paging.CURSOR);
        var filter = filter(request);
        boolean ascending = ascending(request);
        var format = ListFormat.of(request);
        if (format == ListFormat.JSON) {
            var list = "/v1/audit-events?" + request.query(ORGANIZATION) + filter + ascending;
            var paging = Paging.of(request, list);
            var chain = trail.chainOf(caller, organization(request));
            return Response.ok(trail.list(caller, chain, filter, ascending, paging));
        }
        var chain = trail.chainOf(caller, organization(request));
        return format.whole(
                json,
                AuditEntry.COLUMNS,
                AuditEntry::cells,
                use -> trail.forEach(caller, chain, filter, ascending, use));
    }

    private Response export(Request request) {
        var caller = request.caller(Scope.AUDIT_READ);
        request.queryOnly(ORGANIZATION, "from_seq", "to_seq");
        var from = seq(request, "from_seq");
        var to = seq(request, "to_seq");
        if (to.isPresent() && to.get() < from.orElse(1L)) {
            throw invalid("to_seq", "must not be lower than \"from_seq\"");
        }
        var export = trail.export(caller, trail.chainOf(caller, organization(request)), from, to);
        return Response.streamed(NDJSON, sink -> export.writeTo(lines -> sink.write(Buffer.buffer(lines))));
    }

    private Response checkpoints(Request request) {
        var caller = request.caller(Scope.AUDIT_READ);
        request.queryOnly(ORGANIZATION, ORDER, Paging.LIMIT, Paging.CURSOR);
        boolean ascending = ascending(request);
        var paging = Paging.of(request, "/v1/audit-checkpoints?" + request.query(ORGANIZATION) + ascending);
        var chain = trail.chainOf(caller, organization(request));
        return Response.ok(trail.checkpoints(caller, chain, ascending, paging));
    }

    private Response keys(Request request) {
        var caller = request.caller(Scope.AUDIT_READ);
        request.queryOnly();
        return Response.ok(trail.keys(caller, trail.chainOf(caller, Optional.empty())));
    }

    private static Optional<Ref> organization(Request request) {
        return request.query(ORGANIZATION)
                .map(text -> Ref.find(text)
                        .orElseThrow(() -> invalid(ORGANIZATION, "must be an id, or ext: and an external id")));
    }

    private static AuditFilter filter(Request request) {
        return new AuditFilter(
                text(request, "actor"),
                text(request, "action"),
                text(request, "target"),
                time(request, "since"),
                time(request, "until"));
    }

    private static Optional<String> text(Request request, String name) {
        var text = request.query(name);
        if (text.isPresent() && (text.get().isEmpty() || text.get().length() > FILTER_CHARACTERS_MAX)) {
            throw invalid(name, "must have 1 to " + FILTER_CHARACTERS_MAX + " characters");
        }
        return text;
    }

    private static Optional<Instant> time(Request request, String name) {
        return request.query(name).map(text -> {
            try {
                var at = Instant.parse(text);
                if (!at.isBefore(Instant.EPOCH) && at.isBefore(LATEST)) {
                    return at;
                }
            } catch (DateTimeParseException e) {
                throw invalid(name, "must be a time such as 2030-01-31T12:00:00Z");
            }
            throw invalid(name, "must be a time such as 2030-01-31T12:00:00Z");
        });
    }

    private static Optional<Long> seq(Request request, String name) {
        return request.query(name).map(text -> {
            if (!SEQ.matcher(text).matches() || Long.parseLong(text) < 1) {
                throw invalid(name, "must be a whole number from 1");
            }
            return Long.parseLong(text);
        });
    }

    private static boolean ascending(Request request) {
        return switch (request.query(ORDER).orElse("desc")) {
            case "asc" -> true;
            case "desc" -> false;
            default -> throw invalid(ORDER, "must be asc or desc");
        };
    }

    private static ProblemException invalid(String name, String fault) {
        return Problem.invalidParameter(name, "\"" + name + "\" " + fault + ".").asException();
    }
}
