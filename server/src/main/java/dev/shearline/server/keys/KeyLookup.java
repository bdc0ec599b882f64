package dev.shearline.server.keys;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Finds in which organization a key has to be looked for. Whoever belongs to an organization looks there and nowhere else, so a key of
 * another one and a key that never was are the same 404 by the same statements.
 */
final class KeyLookup {

    private final Database database;
    private final ApiKeyStore store;

    KeyLookup(Database database, ApiKeyStore store) {
        this.database = database;
        this.store = store;
    }

    TenantContext contextOf(Actor actor, ApiKeyId id) {
        return actor.organizationOf()
                .or(() -> organizationOf(id))
                .flatMap(organization -> TenantContext.find(actor, organization))
                .orElseThrow(KeyProblems::notFound);
    }

    /** Those of the digests that are of keys which the actor sees. */
    Map<KeyDigest, ApiKeyId> findDigests(Actor actor, ImportStore imports, Collection<KeyDigest> digests) {
        if (Operators.include(actor)) {
            return database.acrossTenants("find keys that were imported before", tx -> imports.find(tx, digests));
        }
        return actor.organizationOf()
                .flatMap(organization -> TenantContext.find(actor, organization))
                .map(context -> database.read(context, tx -> imports.find(tx, digests)))
                .orElse(Map.of());
    }

    private Optional<OrganizationId> organizationOf(ApiKeyId id) {
        return database.acrossTenants("find the organization of a key", tx -> store.findOrganization(tx, id));
    }
}
