package dev.shearline.server.plans;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.orgs.RoleGrants;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The SQL of scopes and roles. None of them belongs to an organization. */
final class CatalogStore {

    private static final String LIST = """
            SELECT name, title, description, array_to_string(roles, ' ') AS roles, publishable, built_in, version, created_at
              FROM scope
             WHERE name > :after
             ORDER BY name
             LIMIT :rows
            """;
    private static final String LIST_DESCENDING = """
            SELECT name, title, description, array_to_string(roles, ' ') AS roles, publishable, built_in, version, created_at
              FROM scope
             WHERE :after = '' OR name < :after
             ORDER BY name DESC
             LIMIT :rows
            """;
    private static final String FIND = """
            SELECT name, title, description, array_to_string(roles, ' ') AS roles, publishable, built_in, version, created_at
              FROM scope
             WHERE name = :name
            """;
    private static final String FIND_ALL = """
            SELECT name, title, description, array_to_string(roles, ' ') AS roles, publishable, built_in, version, created_at
              FROM scope JOIN unnest(:names) AS wanted (name) USING (name)
             ORDER BY name
            """;
    private static final String LOCK = """
            SELECT name, title, description, array_to_string(roles, ' ') AS roles, publishable, built_in, version, created_at
              FROM scope
             WHERE name = :name
               FOR UPDATE
            """;
    private static final String HOLD = "SELECT name FROM scope WHERE name = ANY (:names) ORDER BY name FOR KEY SHARE";
    private static final String RESOURCES = """
            SELECT DISTINCT split_part(name, ':', 1) FROM scope WHERE split_part(name, ':', 1) = ANY (:resources)
            """;
    private static final String INSERT = """
            INSERT INTO scope (name, title, description, roles, publishable, created_at)
            VALUES (:name, :title, :description, :roles, :publishable, :at)
            ON CONFLICT DO NOTHING
            """;
    private static final String UPDATE = """
            UPDATE scope
               SET title = :title, description = :description, roles = :roles, publishable = :publishable, version = version + 1
             WHERE name = :name
            """;
    private static final String DELETE = "DELETE FROM scope WHERE name = :name";
    /** Read across tenants. No index leads with the scope: the table is read through, for something that hardly ever happens. */
    private static final String IS_HELD = """
            SELECT EXISTS (SELECT 1
                             FROM api_key_scope AS s
                             JOIN api_key AS k ON k.id = s.key_id
                            WHERE s.scope = :name AND (k.state = 'active' OR k.state = 'disabled') AND k.expires_at > :now)
                OR EXISTS (SELECT 1 FROM membership AS m WHERE :name = ANY (m.scopes) AND m.state = 'active')
            """;

    /** A scope as it is stored. */
    record Row(ScopeDefinition shown, int version) {}

    List<Row> list(Tx tx, String after, boolean descending, int rows) {
        return tx.handle()
                .createQuery(descending ? LIST_DESCENDING : LIST)
                .bind("after", after)
                .bind("rows", rows)
                .map((row, _) -> read(row))
                .list();
    }

    Optional<Row> find(Tx tx, Scope name) {
        return tx.handle()
                .createQuery(FIND)
                .bind("name", name.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    List<Row> findAll(Tx tx, Collection<String> names) {
        return tx.handle()
                .createQuery(FIND_ALL)
                .bind("names", names.toArray(String[]::new))
                .map((row, _) -> read(row))
                .list();
    }

    Optional<Row> lock(Tx tx, Scope name) {
        return tx.handle()
                .createQuery(LOCK)
                .bind("name", name.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    /** Keeps scopes from being deleted until the key that gets them is committed; returns those that are there. */
    Set<String> hold(Tx tx, Collection<String> names) {
        return Set.copyOf(tx.handle()
                .createQuery(HOLD)
                .bind("names", names.toArray(String[]::new))
                .mapTo(String.class)
                .list());
    }

    Set<String> resources(Tx tx, Collection<String> resources) {
        return tx
                .handle()
                .createQuery(RESOURCES)
                .bind("resources", resources.toArray(String[]::new))
                .mapTo(String.class)
                .stream()
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean insert(Tx tx, ScopeDefinition scope) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("name", scope.name().value())
                        .bind("title", scope.title())
                        .bind("description", scope.description())
                        .bind("roles", scope.roles().toArray(String[]::new))
                        .bind("publishable", scope.publishable())
                        .bind("at", DatabaseTimes.of(scope.createdAt()))
                        .execute()
                == 1;
    }

    void update(Tx tx, ScopeDefinition scope) {
        tx.handle()
                .createUpdate(UPDATE)
                .bind("name", scope.name().value())
                .bind("title", scope.title())
                .bind("description", scope.description())
                .bind("roles", scope.roles().toArray(String[]::new))
                .bind("publishable", scope.publishable())
                .execute();
    }

    void delete(Tx tx, Scope name) {
        tx.handle().createUpdate(DELETE).bind("name", name.value()).execute();
    }

    boolean isHeld(Tx tx, Scope name, OffsetDateTime now) {
        return tx.handle()
                .createQuery(IS_HELD)
                .bind("name", name.value())
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
    }

    List<RoleDefinition> roles(Tx tx) {
        return RoleGrants.read(tx.handle()).entrySet().stream()
                .map(role ->
                        new RoleDefinition(role.getKey().wire(), role.getValue().wire()))
                .toList();
    }

    private static Row read(ResultSet row) throws SQLException {
        var scope = new ScopeDefinition(
                new Scope(row.getString("name")),
                row.getString("title"),
                row.getString("description"),
                words(row.getString("roles")),
                row.getBoolean("publishable"),
                row.getBoolean("built_in"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
        return new Row(scope, row.getInt("version"));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }
}
