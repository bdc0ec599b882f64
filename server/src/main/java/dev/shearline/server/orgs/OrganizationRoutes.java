package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code /v1/organizations}, and below it nothing: units, users, members, resources and limits have paths of their own. */
public final class OrganizationRoutes {

    private static final String ONE = "/v1/organizations/:id";

    private final Organizations organizations;
    private final UnitRoutes units;
    private final UserRoutes users;
    private final MemberRoutes members;
    private final ResourceRoutes resources;
    private final LimitRoutes limits;

    public OrganizationRoutes(
            Organizations organizations,
            Units units,
            Users users,
            Members members,
            Resources resources,
            OwnerLimits limits) {
        this.organizations = organizations;
        this.units = new UnitRoutes(units);
        this.users = new UserRoutes(users);
        this.members = new MemberRoutes(members);
        this.resources = new ResourceRoutes(resources);
        this.limits = new LimitRoutes(limits);
    }

    /** All routes of this feature. */
    public void addTo(Routes routes) {
        routes.post("/v1/organizations", this::create);
        routes.get("/v1/organizations", this::list);
        routes.get(ONE, this::get);
        routes.put(ONE, this::put);
        routes.patch(ONE, this::update);
        routes.delete(ONE, this::close);
        routes.post("/v1/organizations/:id/suspend", this::suspend);
        routes.post("/v1/organizations/:id/resume", this::resume);
        units.addTo(routes);
        users.addTo(routes);
        members.addTo(routes);
        resources.addTo(routes);
        limits.addTo(routes);
    }

    private Response create(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.created(organizations.create(caller, request.body(NewOrganization.class)));
    }

    private Response put(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        var externalId = Inputs.externalIdOfPath(request.path("id"));
        return put(organizations.put(caller, externalId, request.body(OrganizationContent.class)));
    }

    /** 201 for what was not there, 200 for what was. */
    static Response put(Upserted<?> upserted) {
        return Response.of(upserted.created() ? 201 : 200, upserted.changed());
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly("limit", "cursor", Slice.SORT, Slice.ORDER, "status");
        var status = request.query("status").map(OrganizationRoutes::status);
        var slice = Slice.of(request, "/v1/organizations?status=" + status);
        return Response.ok(organizations.list(caller, status, slice));
    }

    private static OrganizationStatus status(String text) {
        return Arrays.stream(OrganizationStatus.values())
                .filter(status -> status.wire().equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalidParameter(
                                "status",
                                "\"status\" must be one of "
                                        + Arrays.stream(OrganizationStatus.values())
                                                .map(OrganizationStatus::wire)
                                                .collect(Collectors.joining(", "))
                                        + ".")
                        .asException());
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly();
        return Response.ok(organizations.get(caller, Inputs.path(request.path("id"))));
    }

    /** The body of a PATCH. */
    record Patch(Optional<String> name) {}

    private Response update(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        var patch = request.body(Patch.class);
        return Response.ok(organizations.update(caller, Inputs.path(request.path("id")), patch.name()));
    }

    private Response suspend(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(organizations.suspend(caller, Inputs.path(request.path("id"))));
    }

    private Response resume(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(organizations.resume(caller, Inputs.path(request.path("id"))));
    }

    private Response close(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(organizations.close(caller, Inputs.path(request.path("id"))));
    }
}
