package dev.shearline.server.plans;

import dev.shearline.server.http.Page;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** {@code /v1/plans}, and the plan of an organization. Whoever has a credential may read what plans there are. */
public final class PlanRoutes {

    private static final String ALL = "/v1/plans";
    private static final String ONE = "/v1/plans/:id";
    private static final String OF_ORGANIZATION = "/v1/organizations/:id/plan";

    private final Plans plans;
    private final OrganizationPlans ofOrganizations;

    public PlanRoutes(Plans plans, OrganizationPlans ofOrganizations) {
        this.plans = plans;
        this.ofOrganizations = ofOrganizations;
    }

    public void addTo(Routes routes) {
        routes.get(ALL, this::list);
        routes.post(ALL, this::create);
        routes.get(ONE, this::get);
        routes.put(ONE, this::put);
        routes.patch(ONE, this::update);
        routes.delete(ONE, this::delete);
        routes.get(OF_ORGANIZATION, this::ofOrganization);
        routes.patch(OF_ORGANIZATION, this::assign);
    }

    private Response list(Request request) {
        var caller = request.caller();
        request.queryOnly();
        return Response.ok(new Page<>(plans.list(caller), Optional.empty()));
    }

    private Response get(Request request) {
        var caller = request.caller();
        request.queryOnly();
        return Response.ok(plans.get(caller, request.path("id")));
    }

    private Response create(Request request) {
        var caller = request.caller(Scope.PLANS_WRITE);
        request.queryOnly();
        return Response.created(plans.create(caller, request.body(NewPlan.class)));
    }

    private Response put(Request request) {
        var caller = request.caller(Scope.PLANS_WRITE);
        request.queryOnly();
        var saved = plans.put(caller, request.path("id"), request.body(PlanContent.class));
        return Response.of(saved.created() ? 201 : 200, saved.changed());
    }

    private Response update(Request request) {
        var caller = request.caller(Scope.PLANS_WRITE);
        request.queryOnly();
        return Response.ok(plans.update(caller, request.path("id"), request.body(JsonNode.class)));
    }

    private Response delete(Request request) {
        var caller = request.caller(Scope.PLANS_WRITE);
        request.queryOnly();
        return Response.ok(plans.delete(caller, request.path("id")));
    }

    private Response ofOrganization(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly();
        return Response.ok(ofOrganizations.get(caller, organization(request)));
    }

    private Response assign(Request request) {
        var caller = request.caller(Scope.PLANS_WRITE);
        request.queryOnly();
        return Response.ok(
                ofOrganizations.update(caller, organization(request), request.body(OrganizationPlans.Patch.class)));
    }

    /** What can name nothing is not found. */
    private static Ref organization(Request request) {
        return Ref.find(request.path("id")).orElseThrow(() -> Problem.notFound().asException());
    }
}
