package dev.shearline.server.db;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import java.util.Optional;

/** What row-level security lets a transaction see: one organization, and in it all keys or those of some audiences. */
public record TenantContext(String kind, OrganizationId organization, Reach reach) {

    /** Empty when the actor may not know that the organization exists. */
    public static Optional<TenantContext> find(Actor actor, OrganizationId organization) {
        return actor.reachIn(organization).map(reach -> new TenantContext(actor.kind(), organization, reach));
    }

    /** The whole organization, for work that the server does itself or that authentication has already narrowed. */
    public static TenantContext whole(Actor actor, OrganizationId organization) {
        return new TenantContext(actor.kind(), organization, Reach.whole());
    }

    public TenantContext widened() {
        return new TenantContext(kind, organization, Reach.whole());
    }
}
