package dev.shearline.server.notify;

import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import java.util.Optional;

/** {@code /v1/webhooks} and what lies below it. */
final class WebhookRoutes {

    private static final String ALL = "/v1/webhooks";
    private static final String ONE = "/v1/webhooks/:id";
    private static final String ORGANIZATION = "organization";
    private static final String STATUS = "status";

    private final Webhooks webhooks;
    private final Deliveries deliveries;
    private final Idempotency idempotency;

    WebhookRoutes(Webhooks webhooks, Deliveries deliveries, Idempotency idempotency) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.idempotency = idempotency;
    }

    void addTo(Routes routes) {
        routes.post(ALL, this::create);
        routes.get(ALL, this::list);
        routes.get(ONE, this::get);
        routes.patch(ONE, this::update);
        routes.delete(ONE, this::delete);
        routes.post(ONE + "/rotate-secret", this::rotateSecret);
        routes.post(ONE + "/test", this::test);
        routes.get(ONE + "/deliveries", this::deliveries);
        routes.post(ONE + "/deliveries/:delivery/redeliver", this::redeliver);
    }

    private Response create(Request request) {
        var caller = writer(request);
        var wanted = request.body(NewWebhook.class);
        return idempotency.createdAlone(
                request, caller, "create a webhook", attempt -> webhooks.create(caller, wanted, attempt));
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.WEBHOOKS_READ);
        request.queryOnly(ORGANIZATION, Paging.LIMIT, Paging.CURSOR);
        var organization = request.query(ORGANIZATION).map(WebhookRoutes::organization);
        var paging = Paging.of(request, ALL + "?organization=" + organization);
        return Response.ok(webhooks.list(caller, organization, paging));
    }

    private static Ref organization(String text) {
        return Ref.find(text)
                .orElseThrow(() -> Problem.invalidParameter(
                                ORGANIZATION, "\"organization\" must be an id, or ext: and an external id.")
                        .asException());
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.WEBHOOKS_READ);
        request.queryOnly();
        return Response.ok(webhooks.get(caller, request.path("id")));
    }

    private Response update(Request request) {
        var caller = writer(request);
        return Response.ok(webhooks.update(caller, request.path("id"), request.body(WebhookPatch.class)));
    }

    private Response delete(Request request) {
        var caller = writer(request);
        return Response.ok(webhooks.delete(caller, request.path("id")));
    }

    /** @param grace for how long the secret before signs too */
    private record SecretRotation(Optional<String> grace) {
        static final SecretRotation USUAL = new SecretRotation(Optional.empty());
    }

    private Response rotateSecret(Request request) {
        var caller = writer(request);
        var rotation = request.bodyOrDefault(SecretRotation.class, SecretRotation.USUAL);
        var id = request.path("id");
        return idempotency.createdAlone(
                request,
                caller,
                "rotate the secret of " + id,
                attempt -> webhooks.rotateSecret(caller, id, rotation.grace(), attempt));
    }

    /** The body of a request that says all in its path. */
    private record Nothing() {
        static final Nothing AT_ALL = new Nothing();
    }

    private Response test(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.created(deliveries.test(caller, request.path("id")));
    }

    private Response deliveries(Request request) {
        var caller = request.caller(Scope.WEBHOOKS_READ);
        request.queryOnly(STATUS, Paging.LIMIT, Paging.CURSOR);
        var status = request.query(STATUS).map(DeliveryStatus::ofParameter);
        var id = request.path("id");
        var paging = Paging.of(request, ALL + "/" + id + "/deliveries?status=" + status);
        return Response.ok(deliveries.list(caller, id, status, paging));
    }

    private Response redeliver(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.ok(deliveries.redeliver(caller, request.path("id"), request.path("delivery")));
    }

    private static Caller writer(Request request) {
        var caller = request.caller(Scope.WEBHOOKS_WRITE);
        request.queryOnly();
        return caller;
    }
}
