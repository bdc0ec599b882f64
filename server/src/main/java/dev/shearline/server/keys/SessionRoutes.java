package dev.shearline.server.keys;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;

/** {@code GET /v1/session}. Needs no scope: it says what the credential is and may do. */
public final class SessionRoutes {

    private final SessionReading sessions;

    public SessionRoutes(SessionReading sessions) {
        this.sessions = sessions;
    }

    public void addTo(Routes routes) {
        routes.embedded().get("/v1/session", this::get);
    }

    private Response get(Request request) {
        var caller = request.caller();
        request.queryOnly();
        return Response.ok(sessions.read(caller));
    }
}
