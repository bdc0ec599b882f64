package dev.shearline.server.plans;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import tools.jackson.databind.JsonNode;

/** The policy of an organization. */
public final class PolicyRoutes {

    private static final String ONE = "/v1/organizations/:id/policy";

    private final Policies policies;

    public PolicyRoutes(Policies policies) {
        this.policies = policies;
    }

    public void addTo(Routes routes) {
        routes.get(ONE, this::get);
        routes.put(ONE, this::put);
        routes.patch(ONE, this::update);
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly();
        return Response.ok(policies.get(caller, organization(request)));
    }

    private Response put(Request request) {
        var caller = request.caller(Scope.POLICIES_WRITE);
        request.queryOnly();
        return Response.ok(policies.put(caller, organization(request), request.body(Policy.class)));
    }

    private Response update(Request request) {
        var caller = request.caller(Scope.POLICIES_WRITE);
        request.queryOnly();
        return Response.ok(policies.update(caller, organization(request), request.body(JsonNode.class)));
    }

    /** What can name nothing is not found. */
    private static Ref organization(Request request) {
        return Ref.find(request.path("id")).orElseThrow(() -> Problem.notFound().asException());
    }
}
