package dev.shearline.server.orgs;

import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The scopes that each role holds: its patterns, and the operators' own scopes that list it. */
public final class RoleGrants {

    private static final String READ = """
            SELECT r.name, array_to_string(r.scopes || ARRAY(SELECT s.name FROM scope AS s WHERE r.name = ANY (s.roles) AND NOT s.built_in),
                                           ' ') AS scopes
              FROM role AS r
            """;

    private RoleGrants() {}

    /** As they are now, in ascending order of the roles. */
    public static Map<Role, ScopeSet> read(Handle handle) {
        var grants = new EnumMap<Role, ScopeSet>(Role.class);
        handle.createQuery(READ)
                .map((row, _) -> grants.put(
                        Role.ofWire(row.getString("name")),
                        ScopeSet.ofWire(List.of(row.getString("scopes").split(" ", -1)))))
                .list();
        return Collections.unmodifiableMap(grants);
    }
}
