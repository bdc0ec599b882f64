package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import java.util.Optional;

/**
 * Whose endpoints a caller means. An endpoint hears of the whole organization, so a credential of a unit of it is refused, whatever it asks
 * for. Who belongs to an organization looks there and nowhere else: a foreign endpoint and none at all are one 404 by the same statements.
 */
final class Homes {

    private final EndpointStore store = new EndpointStore();
    private final Database database;
    private final References references;

    Homes(Database database, References references) {
        this.database = database;
        this.references = references;
    }

    /** Where an endpoint is made: an operator who names no organization means the instance. */
    OrganizationId ofNew(Caller caller, Optional<Ref> organization) {
        return named(caller, organization).orElse(OrganizationId.INSTANCE);
    }

    /** Of a list; empty for an operator who wants them all. */
    Optional<OrganizationId> named(Caller caller, Optional<Ref> organization) {
        var own = caller.actor().organizationOf();
        if (own.isEmpty()) {
            return organization.map(ref -> ref.equals(new Ref.ById(OrganizationId.INSTANCE.value()))
                    ? OrganizationId.INSTANCE
                    : references.resolveOrganization(caller, ref));
        }
        requireWhole(caller, own.get());
        return Optional.of(organization
                .map(ref -> references.resolveOrganization(caller, ref))
                .orElse(own.get()));
    }

    /** Where to look for an endpoint. */
    OrganizationId of(Caller caller, String endpoint) {
        var own = caller.actor().organizationOf();
        if (own.isPresent()) {
            requireWhole(caller, own.get());
            return own.get();
        }
        return database.acrossTenants(
                        "find the organization of an endpoint", tx -> store.findOrganization(tx, endpoint))
                .orElseThrow(Homes::notFound);
    }

    private static void requireWhole(Caller caller, OrganizationId own) {
        if (!caller.actor().managesWhole(own)) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "Webhooks hear of the whole organization: that takes the role admin at the organization, or"
                                    + " a key of it, not of a unit.")
                    .asException();
        }
    }

    static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
