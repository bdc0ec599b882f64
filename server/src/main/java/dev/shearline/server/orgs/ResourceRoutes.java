package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.Scope;
import java.util.Optional;

/** {@code /v1/resources}. */
final class ResourceRoutes {

    private static final String ALL = "/v1/resources";
    private static final String ONE = ALL + "/:type/:id";
    private static final String TYPE = "type";
    private static final String ID = "id";
    private static final String ORGANIZATION = "organization";
    private static final String UNIT = "unit";

    private final Resources resources;

    ResourceRoutes(Resources resources) {
        this.resources = resources;
    }

    void addTo(Routes routes) {
        routes.get(ALL, this::list);
        routes.get(ONE, this::get);
        routes.put(ONE, this::put);
        routes.delete(ONE, this::remove);
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.RESOURCES_READ);
        request.queryOnly("limit", "cursor", Slice.SORT, Slice.ORDER, ORGANIZATION, UNIT, TYPE);
        var organization = organization(request);
        var unit = Inputs.query(UNIT, request.query(UNIT));
        var type = request.query(TYPE).map(ResourceRoutes::checkedType);
        var slice = Slice.of(request, ALL + "?organization=" + organization + "&unit=" + unit + "&type=" + type);
        return Response.ok(resources.list(caller, organization, unit, type, slice));
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.RESOURCES_READ);
        request.queryOnly(ORGANIZATION);
        return Response.ok(resources.get(caller, organization(request), named(request)));
    }

    private Response put(Request request) {
        var caller = request.caller(Scope.RESOURCES_WRITE);
        request.queryOnly();
        var type = checkedType(request.path(TYPE));
        var resource = ResourceName.find(type, request.path(ID)).orElseThrow(ResourceRoutes::unfitId);
        var put = resources.put(caller, resource, request.body(ResourceContent.class));
        return Response.of(put.created() ? 201 : 200, put.resource());
    }

    private Response remove(Request request) {
        var caller = request.caller(Scope.RESOURCES_WRITE);
        request.queryOnly(ORGANIZATION);
        return Response.ok(resources.remove(caller, organization(request), named(request)));
    }

    /** What can name nothing is not found. */
    private static ResourceName named(Request request) {
        return ResourceName.find(request.path(TYPE), request.path(ID)).orElseThrow(References::notFound);
    }

    private static String checkedType(String text) {
        if (!ResourceName.isType(text)) {
            throw Problem.invalidParameter(
                            TYPE,
                            "\"type\" must be a word such as project: a small letter, then at most "
                                    + (ResourceName.TYPE_MAX - 1) + " small letters, digits, _ or -.")
                    .asException();
        }
        return text;
    }

    private static ProblemException unfitId() {
        return Problem.invalidParameter(
                        ID,
                        "Name a resource by your own id of it: 1 to " + Ref.EXTERNAL_ID_MAX
                                + " printable characters without white space at its ends, and not * alone.")
                .asException();
    }

    private static Optional<Ref> organization(Request request) {
        return Inputs.query(ORGANIZATION, request.query(ORGANIZATION));
    }
}
