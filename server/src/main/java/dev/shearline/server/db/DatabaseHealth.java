package dev.shearline.server.db;

/** Questions about the database that readiness asks. */
public final class DatabaseHealth {

    private static final String SCHEMA = """
            SELECT (SELECT max(version::integer) FROM flyway_schema_history WHERE success AND version IS NOT NULL) AS applied,
                   (SELECT min_version FROM schema_compatibility) AS minimum
            """;

    /**
     * @param applied the newest migration
     * @param minimum the oldest schema version whose release may still run on it
     */
    public record SchemaVersions(int applied, int minimum) {}

    private DatabaseHealth() {}

    /** Throws {@link DatabaseUnavailableException} when nobody answers. */
    public static SchemaVersions schema(NodeDatabase database) {
        return database.call(handle -> handle.createQuery(SCHEMA)
                .map((row, _) -> new SchemaVersions(row.getInt("applied"), row.getInt("minimum")))
                .one());
    }
}
