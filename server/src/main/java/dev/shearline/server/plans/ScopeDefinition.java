package dev.shearline.server.plans;

import dev.shearline.server.identity.Scope;
import java.time.Instant;
import java.util.List;

/**
 * A scope that keys can hold.
 *
 * @param roles the roles whose members hold it
 * @param publishable whether a publishable key may carry it
 * @param builtIn whether it came with Shearline; the others are the operators' own
 */
public record ScopeDefinition(
        Scope name,
        String title,
        String description,
        List<String> roles,
        boolean publishable,
        boolean builtIn,
        Instant createdAt) {

    public ScopeDefinition {
        roles = List.copyOf(roles);
    }
}
