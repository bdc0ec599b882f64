package dev.shearline.server.orgs;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import java.util.Optional;

/** {@code /v1/members}. A path names a member by its own id, or, with the organization, by the user's. */
final class MemberRoutes {

    private static final String ONE = "/v1/members/:id";
    private static final String SCOPES = "/v1/members/:id/scopes";
    private static final String ORGANIZATION = "organization";
    private static final String USER = "user";

    private final Members members;

    MemberRoutes(Members members) {
        this.members = members;
    }

    void addTo(Routes routes) {
        routes.post("/v1/members", this::add);
        routes.get("/v1/members", this::list);
        routes.get(ONE, this::get);
        routes.patch(ONE, this::update);
        routes.delete(ONE, this::remove);
        routes.put(SCOPES, this::setScopes);
        routes.delete(SCOPES, this::resetScopes);
    }

    private Response add(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly();
        return Response.created(members.add(caller, request.body(NewMember.class)));
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.MEMBERS_READ);
        request.queryOnly("limit", "cursor", Slice.SORT, Slice.ORDER, ORGANIZATION, USER);
        var user = Inputs.query(USER, request.query(USER));
        var slice = Slice.of(request, "/v1/members?organization=" + organization(request) + "&user=" + user);
        return Response.ok(members.list(caller, organization(request), user, slice));
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.MEMBERS_READ);
        request.queryOnly(ORGANIZATION);
        return Response.ok(members.get(caller, organization(request), Inputs.path(request.path("id"))));
    }

    private Response update(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly(ORGANIZATION);
        var content = request.body(MemberContent.class);
        return Response.ok(members.setRoles(caller, organization(request), Inputs.path(request.path("id")), content));
    }

    private Response remove(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly(ORGANIZATION);
        return Response.ok(members.remove(caller, organization(request), Inputs.path(request.path("id"))));
    }

    private Response setScopes(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly(ORGANIZATION);
        var content = Optional.of(request.body(MemberScopes.class));
        return Response.ok(members.setScopes(caller, organization(request), Inputs.path(request.path("id")), content));
    }

    private Response resetScopes(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly(ORGANIZATION);
        var id = Inputs.path(request.path("id"));
        return Response.ok(members.setScopes(caller, organization(request), id, Optional.empty()));
    }

    private static Optional<Ref> organization(Request request) {
        return Inputs.query(ORGANIZATION, request.query(ORGANIZATION));
    }
}
