package dev.shearline.server.plans;

import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import java.util.Optional;

/** {@code /v1/scopes} and {@code /v1/roles}. Whoever has a credential may read what there is to grant. */
public final class CatalogRoutes {

    private static final String SCOPE = "/v1/scopes/:name";
    private static final String SORT = "sort";
    private static final String ORDER = "order";

    private final Catalog catalog;

    public CatalogRoutes(Catalog catalog) {
        this.catalog = catalog;
    }

    public void addTo(Routes routes) {
        routes.get("/v1/scopes", this::list);
        routes.post("/v1/scopes", this::create);
        routes.get(SCOPE, this::get);
        routes.patch(SCOPE, this::update);
        routes.delete(SCOPE, this::delete);
        routes.get("/v1/roles", this::roles);
    }

    private Response list(Request request) {
        var caller = request.caller();
        request.queryOnly(Paging.LIMIT, Paging.CURSOR, SORT, ORDER);
        if (!request.query(SORT).orElse("name").equals("name")) {
            throw Problem.invalidParameter(SORT, "\"sort\" can only be name here.")
                    .asException();
        }
        boolean descending = isDescending(request.query(ORDER).orElse("asc"));
        var paging = Paging.of(request, descending ? "/v1/scopes&order=desc" : "/v1/scopes");
        return Response.ok(catalog.list(caller, descending, paging));
    }

    private static boolean isDescending(String order) {
        return switch (order) {
            case "asc" -> false;
            case "desc" -> true;
            default ->
                throw Problem.invalidParameter(ORDER, "\"order\" must be asc or desc.")
                        .asException();
        };
    }

    private Response get(Request request) {
        var caller = request.caller();
        request.queryOnly();
        return Response.ok(catalog.get(caller, name(request)));
    }

    private Response create(Request request) {
        var caller = request.caller(Scope.SCOPES_WRITE);
        request.queryOnly();
        return Response.created(catalog.create(caller, request.body(NewScope.class)));
    }

    private Response update(Request request) {
        var caller = request.caller(Scope.SCOPES_WRITE);
        request.queryOnly();
        return Response.ok(catalog.update(caller, name(request), request.body(ScopePatch.class)));
    }

    private Response delete(Request request) {
        var caller = request.caller(Scope.SCOPES_WRITE);
        request.queryOnly();
        return Response.ok(catalog.delete(caller, name(request)));
    }

    private Response roles(Request request) {
        var caller = request.caller();
        request.queryOnly();
        return Response.ok(new Page<>(catalog.roles(caller), Optional.empty()));
    }

    /** What cannot be a scope is not found. */
    private static Scope name(Request request) {
        return Scope.find(request.path("name"))
                .orElseThrow(() -> Problem.notFound().asException());
    }
}
