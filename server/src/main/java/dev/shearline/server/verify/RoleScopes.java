package dev.shearline.server.verify;

import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import java.util.Map;

/** What each combination of roles entitles to: one immutable table, replaced when the catalog changes. */
final class RoleScopes {

    static final RoleScopes NONE = new RoleScopes(Map.of());

    private final Entitlement[] byRoles = new Entitlement[1 << Role.values().length];

    RoleScopes(Map<Role, ScopeSet> scopes) {
        for (int roles = 0; roles < byRoles.length; roles++) {
            int bits = roles;
            byRoles[roles] = new Entitlement(scopes.entrySet().stream()
                    .filter(role -> (role.getKey().bit() & bits) != 0)
                    .map(Map.Entry::getValue)
                    .reduce(ScopeSet.NONE, ScopeSet::with));
        }
    }

    /** @param roles their bits */
    Entitlement of(int roles) {
        return byRoles[roles];
    }
}
