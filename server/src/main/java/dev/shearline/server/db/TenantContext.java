package dev.shearline.server.db;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Scope;
import java.util.Optional;

/**
 * What row-level security lets a transaction do in one organization.
 *
 * @param sees whose keys it reads
 * @param manages whose keys it writes
 * @param audit whether it reads the audit log
 */
public record TenantContext(String kind, OrganizationId organization, Reach sees, Reach manages, boolean audit) {

    /** Empty when the actor may not know that the organization exists. */
    public static Optional<TenantContext> find(Actor actor, OrganizationId organization) {
        return actor.rightsIn(organization)
                .map(rights -> new TenantContext(
                        actor.kind(), organization, rights.sees(), rights.manages(), readsAudit(actor, organization)));
    }

    /** The whole organization, for work that the server does itself or that authentication has already narrowed. */
    public static TenantContext whole(Actor actor, OrganizationId organization) {
        return new TenantContext(
                actor.kind(), organization, Reach.whole(), Reach.whole(), readsAudit(actor, organization));
    }

    private static boolean readsAudit(Actor actor, OrganizationId organization) {
        return switch (actor) {
            // what they may read is asked at the route: here they also erase what names a person
            case Actor.Operator _, Actor.Job _ -> true;
            case Actor.Member _, Actor.Key _, Actor.Embed _, Actor.Possession _ ->
                actor.scopes().covers(Scope.AUDIT_READ) && actor.managesWhole(organization);
        };
    }

    public TenantContext widened() {
        return new TenantContext(kind, organization, Reach.whole(), Reach.whole(), audit);
    }
}
