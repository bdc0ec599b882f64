package dev.shearline.server.db;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * As whom a server may speak to PostgreSQL. An owner, a superuser or a role that bypasses row-level security would see every tenant's rows
 * through statements that name no tenant, and nothing would show it; so would the node's role in the place of the application's. Looked at
 * for each connection, for a role can be given power while a server runs.
 */
public enum RuntimeRole {
    APPLICATION(Migrations.APP_ROLE, Migrations.NODE_ROLE, "SHEARLINE_DATABASE_URL"),
    NODE(Migrations.NODE_ROLE, Migrations.APP_ROLE, "SHEARLINE_NODE_DATABASE_URL");

    private static final int VERSION_MIN = 15;
    private static final String LOOK = """
            SELECT current_user, current_setting('server_version_num')::integer / 10000 AS version, r.rolsuper, r.rolbypassrls,
                   EXISTS (SELECT 1 FROM pg_database AS d WHERE d.datname = current_database()
                              AND pg_has_role(current_user, d.datdba, 'MEMBER'))
                       OR EXISTS (SELECT 1 FROM pg_namespace AS n WHERE n.nspname = ?
                              AND pg_has_role(current_user, n.nspowner, 'MEMBER')) AS owns,
                   EXISTS (SELECT 1 FROM pg_roles AS o WHERE o.rolname = ? AND pg_has_role(current_user, o.oid, 'MEMBER')) AS own,
                   EXISTS (SELECT 1 FROM pg_roles AS o WHERE o.rolname = ? AND pg_has_role(current_user, o.oid, 'MEMBER')) AS other
              FROM pg_roles AS r WHERE r.rolname = current_user
            """;

    private final String role;
    private final String other;
    private final String variable;

    RuntimeRole(String role, String other, String variable) {
        this.role = role;
        this.other = other;
        this.variable = variable;
    }

    /** Throws when this connection is not one that a server may use. */
    public void require(Connection connection) throws SQLException {
        try (var look = connection.prepareStatement(LOOK)) {
            look.setString(1, DatabaseAddress.SCHEMA);
            look.setString(2, role);
            look.setString(3, other);
            try (var row = look.executeQuery()) {
                row.next();
                var user = row.getString("current_user");
                if (row.getInt("version") < VERSION_MIN) {
                    throw new UnfitRoleException(variable + " leads to PostgreSQL " + row.getInt("version")
                            + ": Shearline needs version " + VERSION_MIN + " or later.");
                }
                if (row.getBoolean("rolsuper")) {
                    throw refused(user + " is a superuser");
                }
                if (row.getBoolean("rolbypassrls")) {
                    throw refused(user + " bypasses row-level security");
                }
                if (row.getBoolean("owns")) {
                    throw refused(user + " owns the schema, or may become its owner");
                }
                if (!row.getBoolean("own") || row.getBoolean("other")) {
                    throw refused(user + " is not " + role);
                }
            }
        }
    }

    private UnfitRoleException refused(String why) {
        return new UnfitRoleException(
                variable + ": " + why + ", so tenants would not be kept apart. Run shearline migrate"
                        + " --owner-url postgres://…, which makes the roles, and use the two addresses that it prints.");
    }

    /** Throws when the database answers and will not do; when it does not answer, that is seen later. */
    public void requireNow(DatabaseAddress address) throws UnfitRoleException {
        try (var connection = address.dataSource("shearline start").getConnection()) {
            require(connection);
        } catch (UnfitRoleException e) {
            throw e;
        } catch (SQLException e) {
            // away, or it refuses us: readiness says so, and every connection is looked at when it comes about
        }
    }
}
