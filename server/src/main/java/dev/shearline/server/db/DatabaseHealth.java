package dev.shearline.server.db;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Questions about the database that readiness asks. */
public final class DatabaseHealth {

    private static final String EXISTS = "SELECT to_regclass('schema_compatibility') IS NOT NULL";
    private static final String SCHEMA = """
            SELECT (SELECT max(version::integer) FROM flyway_schema_history WHERE success AND version IS NOT NULL) AS applied,
                   (SELECT min_version FROM schema_compatibility) AS minimum
            """;

    /**
     * @param applied the newest migration
     * @param minimum the oldest schema version whose release may still run on it
     */
    public record SchemaVersions(int applied, int minimum) {

        /** Why this release cannot run on it. */
        public Optional<String> findFault() {
            if (applied < Migrations.SCHEMA_VERSION) {
                return Optional.of("the schema is at version " + applied + ", this release needs "
                        + Migrations.SCHEMA_VERSION + ": run shearline migrate");
            }
            return minimum > Migrations.SCHEMA_VERSION
                    ? Optional.of("the schema needs release " + minimum + " or later: update this node")
                    : Optional.empty();
        }
    }

    private DatabaseHealth() {}

    /** Of a database that was never migrated 0 and 0. Throws {@link DatabaseUnavailableException} when nobody answers. */
    public static SchemaVersions schema(NodeDatabase database) {
        return database.call(DatabaseHealth::schema);
    }

    /** The same, on a connection that somebody holds. */
    public static SchemaVersions schema(Handle handle) {
        if (!handle.createQuery(EXISTS).mapTo(Boolean.class).one()) {
            return new SchemaVersions(0, 0);
        }
        return handle.createQuery(SCHEMA)
                .map((row, _) -> new SchemaVersions(row.getInt("applied"), row.getInt("minimum")))
                .one();
    }
}
