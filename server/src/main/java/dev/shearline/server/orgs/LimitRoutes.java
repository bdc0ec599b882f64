package dev.shearline.server.orgs;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitKind;
import java.util.Optional;

/** {@code …/limits} of organizations, departments, teams and members. */
final class LimitRoutes {

    private static final String ORGANIZATION = "organization";

    private final OwnerLimits limits;

    LimitRoutes(OwnerLimits limits) {
        this.limits = limits;
    }

    void addTo(Routes routes) {
        addTo(routes, "/v1/organizations/:id/limits", Scope.ORGANIZATIONS_READ, this::organization);
        addTo(
                routes,
                "/v1/departments/:id/limits",
                Scope.ORGANIZATIONS_READ,
                (caller, request) -> unit(caller, request, UnitKind.DEPARTMENT));
        addTo(
                routes,
                "/v1/teams/:id/limits",
                Scope.ORGANIZATIONS_READ,
                (caller, request) -> unit(caller, request, UnitKind.TEAM));
        addTo(routes, "/v1/members/:id/limits", Scope.MEMBERS_READ, this::member);
    }

    /** Finds whose limits they are. */
    private interface Named {
        OwnerLimits.Owner in(Caller caller, Request request);
    }

    private void addTo(Routes routes, String path, Scope sight, Named named) {
        routes.get(path, request -> {
            var caller = request.caller(sight);
            return Response.ok(limits.get(caller, named.in(caller, request)));
        });
        routes.put(path, request -> {
            var caller = request.caller(Scope.POLICIES_WRITE);
            var owner = named.in(caller, request);
            return Response.ok(limits.put(caller, owner, request.body(SharedLimits.Content.class)));
        });
    }

    private OwnerLimits.Owner organization(Caller caller, Request request) {
        request.queryOnly();
        return limits.organization(caller, Inputs.path(request.path("id")));
    }

    private OwnerLimits.Owner unit(Caller caller, Request request, UnitKind kind) {
        request.queryOnly(ORGANIZATION);
        return limits.unit(caller, kind, organizationOf(request), Inputs.path(request.path("id")));
    }

    private OwnerLimits.Owner member(Caller caller, Request request) {
        request.queryOnly(ORGANIZATION);
        return limits.member(caller, organizationOf(request), Inputs.path(request.path("id")));
    }

    private static Optional<Ref> organizationOf(Request request) {
        return Inputs.query(ORGANIZATION, request.query(ORGANIZATION));
    }
}
