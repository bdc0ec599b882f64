package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitKind;
import java.util.Optional;

/** {@code /v1/departments} and {@code /v1/teams}. */
final class UnitRoutes {

    private static final String ORGANIZATION = "organization";
    private static final String DEPARTMENT = "department";
    private static final String KEYS = "keys";

    private final Units units;

    UnitRoutes(Units units) {
        this.units = units;
    }

    void addTo(Routes routes) {
        addTo(routes, "/v1/departments", UnitKind.DEPARTMENT);
        addTo(routes, "/v1/teams", UnitKind.TEAM);
    }

    private void addTo(Routes routes, String path, UnitKind kind) {
        routes.post(path, request -> create(request, kind));
        routes.get(path, request -> list(request, path, kind));
        routes.get(path + "/:id", request -> get(request, kind));
        routes.put(path + "/:id", request -> put(request, kind));
        routes.patch(path + "/:id", request -> update(request, kind));
        routes.delete(path + "/:id", request -> remove(request, kind));
    }

    private Response create(Request request, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        return Response.created(units.create(caller, kind, request.body(NewUnit.class)));
    }

    private Response put(Request request, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly();
        var externalId = Inputs.externalIdOfPath(request.path("id"));
        return OrganizationRoutes.put(units.put(caller, kind, externalId, request.body(UnitContent.class)));
    }

    private Response list(Request request, String path, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly("limit", "cursor", Slice.SORT, Slice.ORDER, ORGANIZATION, DEPARTMENT);
        var organization = organization(request);
        var department = Inputs.query(DEPARTMENT, request.query(DEPARTMENT));
        var slice = Slice.of(request, path + "?organization=" + organization + "&department=" + department);
        return Response.ok(units.list(caller, kind, organization, department, slice));
    }

    private Response get(Request request, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_READ);
        request.queryOnly(ORGANIZATION);
        return Response.ok(units.get(caller, kind, organization(request), Inputs.path(request.path("id"))));
    }

    private Response update(Request request, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly(ORGANIZATION);
        var patch = request.body(UnitPatch.class);
        return Response.ok(units.update(caller, kind, organization(request), Inputs.path(request.path("id")), patch));
    }

    private Response remove(Request request, UnitKind kind) {
        var caller = request.caller(Scope.ORGANIZATIONS_WRITE);
        request.queryOnly(ORGANIZATION, KEYS);
        var ref = Inputs.path(request.path("id"));
        return Response.ok(units.remove(caller, kind, organization(request), ref, isWithKeys(request)));
    }

    private static boolean isWithKeys(Request request) {
        var keys = request.query(KEYS);
        if (keys.isPresent() && !keys.get().equals("revoke")) {
            throw Problem.invalidParameter(
                            KEYS, "\"keys\" can only be revoke: without it the keys of the unit must be gone before.")
                    .asException();
        }
        if (keys.isPresent()) {
            var _ = request.require(Scope.KEYS_WRITE);
        }
        return keys.isPresent();
    }

    private static Optional<Ref> organization(Request request) {
        return Inputs.query(ORGANIZATION, request.query(ORGANIZATION));
    }
}
