package dev.shearline.server.standards;

import dev.shearline.server.http.HotRequest;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.net.IpAddress;
import dev.shearline.server.verify.Finding;
import dev.shearline.server.verify.Inspector;
import dev.shearline.server.verify.KeyFacts;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code POST /oauth/introspect} (RFC 7662), on the event loop. Of what is dead, foreign, refused or unknown it says one thing alone: not
 * active.
 */
final class IntrospectionRoutes {

    private static final Map<String, Boolean> INACTIVE = Map.of("active", false);

    private final Inspector inspector;
    private final URI publicUrl;

    IntrospectionRoutes(Inspector inspector, URI publicUrl) {
        this.inspector = inspector;
        this.publicUrl = publicUrl;
    }

    void addTo(Routes routes) {
        routes.hot().post("/oauth/introspect", this::introspect);
    }

    private Future<Response> introspect(HotRequest request) {
        try {
            var caller = request.requireClient(Scope.KEYS_VERIFY);
            var terms = inspector.terms(request);
            var form = new Form(request.form());
            var address = form.find("address").map(IntrospectionRoutes::address);
            return inspector
                    .inspect(caller, Secret.of(form.token()), terms, address, form.find("user_agent"))
                    .map(this::answer);
        } catch (ProblemException e) {
            return Future.succeededFuture(OAuthError.of(e.problem(), request).response());
        }
    }

    private static IpAddress address(String text) {
        return IpAddress.find(text)
                .orElseThrow(() -> Problem.invalidField(
                                "address", "The address is an IPv4 or IPv6 address, without port or prefix.")
                        .asException());
    }

    private Response answer(Finding finding) {
        return switch (finding) {
            case Finding.Good(var key, var draw) -> LimitHeaders.add(Response.ok(active(key)), draw);
            case Finding.Refused refused -> LimitHeaders.add(Response.ok(INACTIVE), refused.draw());
            case Finding.Unspent _ -> Response.ok(INACTIVE);
        };
    }

    private Map<String, Object> active(KeyFacts key) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("active", true);
        claims.put("scope", key.scopes().toString());
        claims.put("client_id", key.id().toString());
        key.owner().id().ifPresent(id -> claims.put("sub", id));
        claims.put("token_type", "Bearer");
        claims.put("iss", publicUrl.toString());
        key.expiresAt().ifPresent(at -> claims.put("exp", at.getEpochSecond()));
        key.notBefore().ifPresent(at -> claims.put("nbf", at.getEpochSecond()));
        claims.put("type", key.type().wire());
        claims.put("mode", key.mode().wire());
        claims.put("owner", key.owner());
        claims.put("organization", key.organization());
        claims.put("boundary", key.boundary());
        return claims;
    }
}
