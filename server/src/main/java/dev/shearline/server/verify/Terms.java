package dev.shearline.server.verify;

import dev.shearline.server.http.IncomingRequest;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.ScopeSet;
import java.util.List;
import java.util.Optional;

/**
 * On which terms an endpoint of the host lets keys in: what stays the same from request to request, so that it stands in the URL that a
 * proxy or a resource server is configured with.
 *
 * @param scopes all of them must be held
 * @param test whether the endpoint is one for tests
 * @param spends whether a single-use token is let in there, and spent
 * @param route under which uses are noted, an empty text if it does not say
 */
public record Terms(
        ScopeSet scopes,
        boolean test,
        Optional<Ref> unit,
        Optional<ResourceName> resource,
        int cost,
        boolean spends,
        String route) {

    private static final QuestionTexts PARAMETERS = new QuestionTexts(Problem::invalidParameter);

    /** From the query; refuses what it does not know, for a term that is mistyped must not be a term that is not set. */
    static Terms read(IncomingRequest request, boolean unitRequired) {
        request.queryOnly("scope", "mode", "unit", "resource", "cost", "spend", "route");
        var unit = request.query("unit").map(text -> PARAMETERS.unit("unit", text));
        if (unit.isEmpty() && unitRequired) {
            throw PARAMETERS.unitRequired("unit");
        }
        return new Terms(
                request.query("scope")
                        .map(text -> PARAMETERS.scopes("scope", List.of(text.split(" ", -1))))
                        .orElse(ScopeSet.NONE),
                request.query("mode")
                        .map(text -> PARAMETERS.isTest("mode", text))
                        .orElse(false),
                unit,
                request.query("resource").map(text -> PARAMETERS.resource("resource", text)),
                request.query("cost").map(text -> PARAMETERS.cost("cost", text)).orElse(1),
                request.query("spend")
                        .map(text -> PARAMETERS.bool("spend", text))
                        .orElse(false),
                request.query("route")
                        .map(text -> PARAMETERS.route("route", text))
                        .orElse(""));
    }
}
