package dev.shearline.server.keys;

import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.KeyMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A credential as screens need it.
 *
 * @param id of the embed session, the key or the membership
 * @param expiresAt of the credential
 * @param organization empty for an operator
 * @param owners whose keys it reaches as its own: first its owner, then the units where the person has a role, by name
 */
record Session(
        String kind,
        String id,
        KeyMode mode,
        Optional<Instant> expiresAt,
        Optional<Organization> organization,
        ScopeSet capabilities,
        List<Owner> owners,
        Optional<ForcedFields> forced,
        List<NamedScope> scopes) {

    Session {
        owners = List.copyOf(owners);
        scopes = List.copyOf(scopes);
    }

    record Organization(String id, Optional<String> externalId, String name) {}

    /**
     * @param keyType of its new keys
     * @param capabilities to read and to write its keys
     * @param grantable what its new keys may hold
     * @param limits empty where the plan has no such keys
     */
    record Owner(
            String type,
            String id,
            Optional<String> externalId,
            String name,
            String keyType,
            ScopeSet capabilities,
            ScopeSet grantable,
            int liveKeys,
            String plan,
            Optional<Terms> limits) {}

    /** What plan, policy and session together say of the life of a new key. */
    record Terms(String defaultTtl, String maxTtl, boolean expiryRequired, boolean cidrsRequired) {}

    record NamedScope(Scope name, String title, String description, boolean publishable) {}
}
