package dev.shearline.server.embed;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Scope;
import dev.shearline.token.Secret;

/** The routes below {@code /v1/embed-sessions}. */
final class EmbedRoutes {

    private final EmbedSessions sessions;
    private final Idempotency idempotency;

    EmbedRoutes(EmbedSessions sessions, Idempotency idempotency) {
        this.sessions = sessions;
        this.idempotency = idempotency;
    }

    void addTo(Routes routes) {
        routes.post("/v1/embed-sessions", this::open);
        routes.post("/v1/embed-sessions/redeem", this::redeem);
        routes.delete("/v1/embed-sessions/:id", this::end);
    }

    private Response open(Request request) {
        var caller = request.caller(Scope.EMBED_CREATE);
        request.queryOnly();
        var wanted = request.body(NewEmbedSession.class);
        return idempotency.createdAlone(
                request, caller, "open an embed session", attempt -> sessions.open(caller, wanted, attempt));
    }

    /** What stands behind the {@code #} of a link. */
    private record Code(Secret code) {}

    private Response redeem(Request request) {
        request.queryOnly();
        return Response.ok(sessions.redeem(request.body(Code.class).code(), request.origin()));
    }

    private Response end(Request request) {
        var caller = request.caller(Scope.EMBED_CREATE);
        request.queryOnly();
        sessions.end(caller, request.path("id"));
        return Response.noContent();
    }
}
