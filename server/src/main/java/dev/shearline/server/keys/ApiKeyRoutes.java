package dev.shearline.server.keys;

import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Scope;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** The routes below {@code /v1/keys}, but for those that verify. */
public final class ApiKeyRoutes {

    private final ApiKeys keys;
    private final KeyAuthenticator authenticator;
    private final Idempotency idempotency;
    private final KeyFilterReader filters;

    public ApiKeyRoutes(ApiKeys keys, KeyAuthenticator authenticator, Idempotency idempotency, KeyFormat format) {
        this.keys = keys;
        this.authenticator = authenticator;
        this.idempotency = idempotency;
        this.filters = new KeyFilterReader(format);
    }

    public void addTo(Routes routes) {
        routes.embedded().post("/v1/keys", this::create);
        routes.embedded().get("/v1/keys", this::list);
        routes.postLarge("/v1/keys/import", this::importKeys);
        routes.get("/v1/keys/self", this::self);
        routes.post("/v1/keys/revoke-self", this::revokeSelf);
        routes.embedded().get("/v1/keys/:id", this::get);
        routes.embedded().patch("/v1/keys/:id", this::update);
        routes.embedded().post("/v1/keys/:id/disable", this::disable);
        routes.embedded().post("/v1/keys/:id/enable", this::enable);
        routes.embedded().post("/v1/keys/:id/revoke", this::revoke);
        routes.embedded().post("/v1/keys/:id/rotate", this::rotate);
        routes.post("/v1/keys/:id/move", this::move);
    }

    private Response create(Request request) {
        var caller = writer(request);
        var wanted = request.body(NewApiKey.class);
        return idempotency.created(request, caller, "create a key", attempt -> keys.create(caller, wanted, attempt));
    }

    private Response importKeys(Request request) {
        var caller = writer(request);
        var wanted = request.bodyWithKeys(KeyImportRequest.class);
        var rows = wanted.items().stream().map(item -> row(request, item)).toList();
        return Response.ok(keys.importKeys(caller, rows, wanted.dryRun().orElse(false)));
    }

    private static ImportRow row(Request request, JsonNode item) {
        try {
            return new ImportRow.Read(request.part(item, KeyToImport.PLAINTEXT, KeyToImport.class));
        } catch (ProblemException e) {
            return new ImportRow.Unread(e.problem());
        }
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        var filter = filters.read(request);
        return Response.ok(keys.list(caller, filter, Paging.of(request, filter.list())));
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.KEYS_READ);
        request.queryOnly();
        return Response.ok(keys.get(caller, id(request)));
    }

    private Response update(Request request) {
        var caller = writer(request);
        return Response.ok(keys.update(caller, id(request), request.body(KeyEdit.class)));
    }

    private Response disable(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.ok(keys.disable(caller, id(request)));
    }

    private Response enable(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.ok(keys.enable(caller, id(request)));
    }

    private Response revoke(Request request) {
        var caller = writer(request);
        var revocation = request.bodyOrDefault(Revocation.class, Revocation.WITHOUT_REASON);
        return Response.ok(keys.revoke(caller, id(request), revocation));
    }

    private Response move(Request request) {
        var caller = writer(request);
        return Response.ok(keys.move(caller, id(request), request.body(KeyMove.class)));
    }

    private Response rotate(Request request) {
        var caller = writer(request);
        var rotation = request.bodyOrDefault(Rotation.class, Rotation.USUAL);
        var id = id(request);
        return idempotency.created(
                request, caller, "rotate " + id, attempt -> keys.rotate(caller, id, rotation, attempt));
    }

    /** What the presented key is. Needs no scope: its holder has it. Nothing is counted, and a key that works once stays unused. */
    private Response self(Request request) {
        request.queryOnly();
        var address = request.remoteAddress();
        var possession = possession(request, key -> authenticator.findPossession(key, address));
        return Response.ok(keys.get(new Caller(possession, request.origin()), possession.key()));
    }

    /** Ends the presented key. Needs no scope and works from any address: whoever finds a secret key can make it harmless. */
    private Response revokeSelf(Request request) {
        request.queryOnly();
        var possession = possession(request, authenticator::findPossessionAnywhere);
        var revocation = request.bodyOrDefault(Revocation.class, Revocation.WITHOUT_REASON);
        return Response.ok(keys.revoke(new Caller(possession, request.origin()), possession.key(), revocation));
    }

    private static Actor.Possession possession(
            Request request, Function<Secret, Optional<Actor.Possession>> findPossession) {
        return request.credential().flatMap(findPossession).orElseThrow(() -> {
            // says why, as for any other request
            request.actor();
            return notAKey();
        });
    }

    /** The body of a request that says all in its path. */
    private record Nothing() {
        static final Nothing AT_ALL = new Nothing();
    }

    private static Caller writer(Request request) {
        var caller = request.caller(Scope.KEYS_WRITE);
        request.queryOnly();
        return caller;
    }

    /** What can be no key's id is as absent as one that is not there. */
    private static ApiKeyId id(Request request) {
        return ApiKeyId.find(request.path("id")).orElseThrow(KeyProblems::notFound);
    }

    private static ProblemException notAKey() {
        return Problem.unauthenticated("Send the key itself as the credential, not a session.")
                .asException();
    }
}
