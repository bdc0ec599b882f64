package dev.shearline.server.standards;

import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.keys.PresentedKeys;
import dev.shearline.token.Secret;
import java.util.Map;

/**
 * {@code POST /oauth/revoke} (RFC 7009). A token that is unknown, dead or dies now is answered alike: what its holder wanted is so.
 */
final class RevocationRoutes {

    private final PresentedKeys keys;

    RevocationRoutes(PresentedKeys keys) {
        this.keys = keys;
    }

    void addTo(Routes routes) {
        routes.post("/oauth/revoke", this::revoke);
    }

    private Response revoke(Request request) {
        try {
            var client = request.findClient();
            request.queryOnly();
            keys.revoke(Secret.of(new Form(request.form()).token()), client, request.origin());
            return Response.ok(Map.of());
        } catch (ProblemException e) {
            return OAuthError.of(e.problem(), request).response();
        }
    }
}
