package dev.shearline.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One organization with many teams in departments, many members, and a million keys of every type and state among them, with names in words,
 * ends and last uses over a year: written by SQL as the owner of the schema, side tables too.
 */
final class ListPopulation {

    static final String ORGANIZATION = "org_00000000000bench";
    static final int DEPARTMENTS = 40;
    static final int TEAMS = 1_000;
    static final int MEMBERS = 5_000;

    private static final String WORDS =
            "(ARRAY['deploy','backup','reports','mobile','web','billing','search','import','export','staging','monitor','gateway','edge',"
                    + "'batch','partner','invoice','crawler','metrics','console','worker'])";

    private static final List<String> ORGANIZATION_ROWS = List.of(
            "INSERT INTO organization (id, external_id, name, plan_id, admin_audience_id) VALUES ('" + ORGANIZATION
                    + "', 'bench', 'Bench', 'custom', 'aud_bench')",
            "INSERT INTO unit (id, organization_id, kind, name) VALUES ('" + ORGANIZATION + "', '" + ORGANIZATION
                    + "', 'organization', 'Bench')",
            "INSERT INTO unit (id, organization_id, kind, parent_id, name) SELECT 'dep_' || lpad(n::text, 16, '0'), '"
                    + ORGANIZATION
                    + "', 'department', '" + ORGANIZATION + "', 'Department ' || n FROM generate_series(0, "
                    + (DEPARTMENTS - 1)
                    + ") AS n",
            "INSERT INTO unit (id, organization_id, kind, parent_id, name) SELECT 'team_' || lpad(n::text, 16, '0'), '"
                    + ORGANIZATION
                    + "', 'team', 'dep_' || lpad((n % " + DEPARTMENTS
                    + ")::text, 16, '0'), 'Team ' || n FROM generate_series(0, "
                    + (TEAMS - 1) + ") AS n",
            "INSERT INTO app_user (id, external_id, name) SELECT 'usr_' || lpad(n::text, 16, '0'), 'user-' || n, 'Some Body' FROM"
                    + " generate_series(0, " + (MEMBERS - 1) + ") AS n",
            "INSERT INTO membership (id, organization_id, user_id) SELECT 'mem_' || lpad(n::text, 16, '0'), '"
                    + ORGANIZATION + "', 'usr_' || lpad(n::text, 16, '0') FROM generate_series(0, " + (MEMBERS - 1)
                    + ") AS n",
            // the first is an admin of all, everybody else is a developer in three teams
            "INSERT INTO membership_role (organization_id, membership_id, unit_id, role) SELECT '" + ORGANIZATION
                    + "', 'mem_' || lpad(n::text, 16, '0'), 'team_' || lpad(((n * 7 + m * 331) % " + TEAMS
                    + ")::text, 16, '0'), 'developer' FROM generate_series(1, " + (MEMBERS - 1)
                    + ") AS n, generate_series(0, 2) AS m",
            "INSERT INTO membership_role (organization_id, membership_id, unit_id, role) VALUES ('" + ORGANIZATION
                    + "', 'mem_' || lpad('0', 16, '0'), '" + ORGANIZATION + "', 'admin')");

    @SuppressWarnings("InlineFormatString") // as long as a page
    private static final String KEYS = """
            INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, prefix, last_four,
                                 name, name_key, word_key, scopes, state, revoked_at, used_at, expires_at, created_at, created_by, updated_at)
            SELECT 'key_' || substr(md5('id' || n), 1, 12), '%1$s',
                   CASE kind WHEN 'personal' THEN member WHEN 'team' THEN team ELSE 'aud_bench' END,
                   kind, 'secret', CASE WHEN n %% 20 = 0 THEN 'test' ELSE 'live' END,
                   CASE kind WHEN 'personal' THEN member END, CASE kind WHEN 'team' THEN team ELSE '%1$s' END,
                   sha256(convert_to('key' || n, 'UTF8')), 'shl_live_sk_', right(md5(n::text), 4),
                   word || ' ' || other || ' ' || n, word || ' ' || other || ' ' || n, ' ' || word || ' ' || other || ' ' || n,
                   CASE n %% 3 WHEN 0 THEN ARRAY['resources:read'] WHEN 1 THEN ARRAY['resources:read', 'sessions:write']
                               ELSE ARRAY['keys:read', 'resources:read'] END,
                   state, CASE state WHEN 'revoked' THEN now() END, CASE state WHEN 'used' THEN now() END,
                   now() + (n %% 3650) * interval '6 hours' - interval '10 days', now() - (n %% 525600) * interval '1 minute', 'bench', now()
              FROM (SELECT n,
                           CASE WHEN n %% 100 < 60 THEN 'personal' WHEN n %% 100 < 96 THEN 'team' WHEN n %% 100 < 99 THEN 'ci'
                                ELSE 'ephemeral' END AS kind,
                           CASE WHEN n %% 100 = 99 AND n %% 200 = 99 THEN 'used' WHEN n %% 17 = 0 THEN 'revoked' WHEN n %% 53 = 0 THEN 'disabled'
                                ELSE 'active' END AS state,
                           'mem_' || lpad(((n * 31) %% %2$d)::text, 16, '0') AS member,
                           'team_' || lpad(((n * 17) %% %3$d)::text, 16, '0') AS team,
                           %4$s[1 + n %% 20] AS word, %4$s[1 + (n / 20) %% 20] AS other
                      FROM generate_series(1::bigint, %5$d) AS n) AS drawn
            """;

    private static final List<String> SIDE_ROWS = List.of(
            "INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at) SELECT id, organization_id, audience_id,"
                    + " unnest(scopes), created_at FROM api_key",
            "INSERT INTO api_key_word (key_id, organization_id, audience_id, word) SELECT DISTINCT id, organization_id, audience_id, word FROM"
                    + " api_key, unnest(string_to_array(name_key, ' ')) AS word",
            "INSERT INTO api_key_activity (key_id, organization_id, audience_id, last_used_at) SELECT id, organization_id, audience_id,"
                    + " CASE WHEN right(md5(id), 1) < '4' THEN '-infinity' ELSE now() - (('x' || substr(md5(id), 1, 6))::bit(24)::int % 525600)"
                    + " * interval '1 minute' END FROM api_key");
    private static final List<String> TABLES = List.of("api_key", "api_key_scope", "api_key_word", "api_key_activity");

    private ListPopulation() {}

    static void make(Connection connection, int keys) throws SQLException {
        var indexes = dropIndexes(connection);
        execute(connection, ORGANIZATION_ROWS);
        execute(connection, List.of(KEYS.formatted(ORGANIZATION, MEMBERS, TEAMS, WORDS, keys)));
        execute(connection, SIDE_ROWS);
        execute(connection, List.of("SET maintenance_work_mem = '512MB'"));
        execute(connection, indexes);
        execute(
                connection,
                List.of(
                        "VACUUM ANALYZE api_key, api_key_scope, api_key_word, api_key_activity, organization, unit, membership,"
                                + " membership_role, app_user"));
    }

    /** Filled all at once at the end: what takes minutes row by row takes seconds. Returns how to make them again. */
    private static List<String> dropIndexes(Connection connection) throws SQLException {
        var made = new ArrayList<String>();
        var dropped = new ArrayList<String>();
        try (var statement = connection.prepareStatement(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'shearline' AND"
                        + " tablename = ANY (?) AND indexdef LIKE 'CREATE INDEX %'")) {
            statement.setArray(1, connection.createArrayOf("text", TABLES.toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    dropped.add("DROP INDEX " + rows.getString(1));
                    made.add(rows.getString(2));
                }
            }
        }
        execute(connection, dropped);
        return made;
    }

    private static void execute(Connection connection, List<String> commands) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var command : commands) {
                statement.execute(command);
            }
        }
    }
}
