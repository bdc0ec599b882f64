package dev.shearline.server.orgs;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Scope;

/** {@code /v1/users}. */
final class UserRoutes {

    private static final String ONE = "/v1/users/:id";

    private final Users users;

    UserRoutes(Users users) {
        this.users = users;
    }

    void addTo(Routes routes) {
        routes.post("/v1/users", this::create);
        routes.get("/v1/users", this::list);
        routes.get(ONE, this::get);
        routes.put(ONE, this::put);
        routes.patch(ONE, this::update);
        routes.delete(ONE, this::remove);
        routes.post("/v1/users/:id/disable", this::disable);
        routes.post("/v1/users/:id/enable", this::enable);
        routes.post("/v1/users/:id/erase", this::erase);
    }

    private Response create(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.created(users.create(caller, request.body(NewUser.class)));
    }

    private Response put(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        var externalId = Inputs.externalIdOfPath(request.path("id"));
        return OrganizationRoutes.put(users.put(caller, externalId, request.body(UserContent.class)));
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly("limit", "cursor", Slice.SORT, Slice.ORDER);
        return Response.ok(users.list(caller, Slice.of(request, "/v1/users")));
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly();
        return Response.ok(users.get(caller, Inputs.path(request.path("id"))));
    }

    /** A person needs no scope to change their own name: the facade tells whether it is theirs. */
    private Response update(Request request) {
        var caller =
                request.actor() instanceof Actor.Member ? request.caller() : request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(users.update(caller, Inputs.path(request.path("id")), request.body(UserContent.class)));
    }

    private Response disable(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(users.disable(caller, Inputs.path(request.path("id"))));
    }

    private Response enable(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(users.enable(caller, Inputs.path(request.path("id"))));
    }

    private Response remove(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(users.remove(caller, Inputs.path(request.path("id"))));
    }

    private Response erase(Request request) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.ok(users.erase(caller, Inputs.path(request.path("id"))));
    }
}
