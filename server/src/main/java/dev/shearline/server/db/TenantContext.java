package dev.shearline.server.db;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.token.ApiKeyId;
import java.util.Optional;

/**
 * What row-level security lets a transaction do in one organization.
 *
 * @param sees whose keys it reads
 * @param manages whose keys it writes
 * @param audit whether it reads the audit log
 * @param held a key that it reads and changes besides, since somebody holds it
 */
public record TenantContext(
        String kind, OrganizationId organization, Reach sees, Reach manages, boolean audit, Optional<ApiKeyId> held) {

    /** Of somebody who acts by rights alone. */
    public TenantContext(String kind, OrganizationId organization, Reach sees, Reach manages, boolean audit) {
        this(kind, organization, sees, manages, audit, Optional.empty());
    }

    /** Empty when the actor may not know that the organization exists. */
    public static Optional<TenantContext> find(Actor actor, OrganizationId organization) {
        return actor.rightsIn(organization)
                .map(rights -> new TenantContext(
                        actor.kind(),
                        organization,
                        rights.sees(),
                        rights.manages(),
                        readsAudit(actor, organization),
                        heldBy(actor)));
    }

    private static Optional<ApiKeyId> heldBy(Actor actor) {
        return actor instanceof Actor.Possession possession ? Optional.of(possession.key()) : Optional.empty();
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
            case Actor.Member _, Actor.Key _, Actor.Embed _, Actor.Possession _ -> actor.readsAudit(organization);
        };
    }

    public TenantContext widened() {
        return new TenantContext(kind, organization, Reach.whole(), Reach.whole(), audit);
    }
}
