package dev.shearline.server.orgs;

import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The scopes that each role holds: its patterns, and the operators' own scopes that list it. */
public final class RoleGrants {

    private static final String READ = """
            SELECT name AS role, unnest(scopes) AS scope FROM role
             UNION ALL
            SELECT unnest(roles), name FROM scope WHERE NOT built_in
            """;

    private RoleGrants() {}

    /** As they are now, in ascending order of the roles. */
    public static Map<Role, ScopeSet> read(Handle handle) {
        var grants = new EnumMap<Role, List<Scope>>(Role.class);
        handle.createQuery(READ)
                .map((row, _) -> grants.computeIfAbsent(Role.ofWire(row.getString("role")), _ -> new ArrayList<>())
                        .add(new Scope(row.getString("scope"))))
                .list();
        var sets = new EnumMap<Role, ScopeSet>(Role.class);
        for (var role : Role.values()) {
            sets.put(role, new ScopeSet(grants.getOrDefault(role, List.of())));
        }
        return Collections.unmodifiableMap(sets);
    }
}
