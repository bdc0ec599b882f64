package dev.shearline.server.notify;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.orgs.References;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * In which organization a caller looks for a thing that concerns all of it, such as an endpoint, which hears of everything: a credential of a
 * unit is refused, whatever it asks for. Who belongs to an organization looks there and nowhere else: a foreign thing and none at all are one
 * 404 by the same statements.
 */
final class Homes {

    private final Database database;
    private final Changes changes;
    private final References references;
    private final String things;
    private final Scope writes;
    private final BiFunction<Tx, String, Optional<OrganizationId>> find;

    /**
     * @param things as at the beginning of a sentence
     * @param writes the scope of who changes one
     * @param find looks across tenants for whose a thing is
     */
    Homes(
            Database database,
            Changes changes,
            References references,
            String things,
            Scope writes,
            BiFunction<Tx, String, Optional<OrganizationId>> find) {
        this.database = database;
        this.changes = changes;
        this.references = references;
        this.things = things;
        this.writes = writes;
        this.find = find;
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

    /** Where to look for one. */
    OrganizationId of(Caller caller, String id) {
        var own = caller.actor().organizationOf();
        if (own.isPresent()) {
            requireWhole(caller, own.get());
            return own.get();
        }
        return database.acrossTenants("find whose endpoint or invitation it is", tx -> find.apply(tx, id))
                .orElseThrow(Homes::notFound);
    }

    /**
     * Who changes one, as they are now: at the beginning of its transaction, before anything is locked. While they waited their rights may have
     * gone, and an endpoint goes on hearing when they do not.
     */
    Caller renewed(Tx tx, Caller caller, OrganizationId organization) {
        var now = changes.renewed(tx, caller, organization);
        now.actor().organizationOf().ifPresent(own -> requireWhole(now, own));
        if (!now.actor().scopes().covers(writes)) {
            throw Problem.insufficientScope(writes).asException();
        }
        return now;
    }

    private void requireWhole(Caller caller, OrganizationId own) {
        if (!caller.actor().managesWhole(own)) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            things
                                    + " concern the whole organization: that takes the role admin at the organization, or"
                                    + " a key of it, not of a unit.")
                    .asException();
        }
    }

    static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
