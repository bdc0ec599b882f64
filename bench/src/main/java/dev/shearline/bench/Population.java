package dev.shearline.bench;

import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import dev.shearline.token.MintedKey;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * Organizations with teams and members, and keys that belong to them, written by COPY as the owner of the schema: the rows that the API
 * would have written, side tables too, without feed entries and audit events. Half of the keys are personal, half are a team's.
 */
final class Population {

    static final int TEAMS = 4;
    static final int MEMBERS = 20;
    /** What every key holds beside what is drawn for it, so that every question can be allowed. */
    static final String COMMON_SCOPE = "resources:read";

    private static final String[] SCOPES = {
        COMMON_SCOPE,
        COMMON_SCOPE + ",resources:write",
        COMMON_SCOPE + ",sessions:read,sessions:write",
        "keys:read," + COMMON_SCOPE + ",sessions:*",
        COMMON_SCOPE + ",resources:write,sessions:read,sessions:write"
    };
    private static final Duration LIFETIME = Duration.ofDays(90);
    private static final String NULL = "\\N";

    private final SecureRandom random = new SecureRandom();
    private final Ids ids = new Ids(random);
    private final KeyFormat format = new KeyFormat(List.of("shl"));
    private final List<Organization> organizations = new ArrayList<>();

    private record Organization(String id, List<String> teams, List<String> memberships) {}

    List<String> organizationIds() {
        return organizations.stream().map(Organization::id).toList();
    }

    void makeOrganizations(Connection connection, int count) {
        copy(connection, "app_user (id, external_id, name)", out -> {
            for (int i = 0; i < count; i++) {
                var organization = new Organization(ids.organization().value(), new ArrayList<>(), new ArrayList<>());
                organizations.add(organization);
                for (int n = 0; n < TEAMS; n++) {
                    organization.teams.add(ids.unit(UnitKind.TEAM).value());
                }
                for (int n = 0; n < MEMBERS; n++) {
                    var body = ids.text("");
                    organization.memberships.add(body);
                    out.line("usr_" + body, "auth0|" + body, "Some Body");
                }
            }
        });
        copy(
                connection,
                "organization (id, external_id, name, plan_id, admin_audience_id)",
                out -> each(o -> out.line(o.id, "ext-" + o.id, "Organization", "custom", ids.text("aud_"))));
        copy(
                connection,
                "unit (id, organization_id, kind, parent_id, external_id, name)",
                out -> each(o -> {
                    out.line(o.id, o.id, "organization", NULL, NULL, "Organization");
                    o.teams.forEach(team -> out.line(team, o.id, "team", o.id, "ext-" + team, "Team"));
                }));
        copy(
                connection,
                "membership (id, organization_id, user_id)",
                out -> each(o -> o.memberships.forEach(body -> out.line("mem_" + body, o.id, "usr_" + body))));
        // without a role a member's keys are worth nothing
        copy(
                connection,
                "membership_role (organization_id, membership_id, unit_id, role)",
                out -> each(o -> o.memberships.forEach(body -> out.line(o.id, "mem_" + body, o.id, "developer"))));
    }

    private void each(Consumer<Organization> action) {
        organizations.forEach(action);
    }

    /** Keys spread over the organizations; each is shown once, as the API would. */
    void makeKeys(Connection connection, int count, Consumer<MintedKey> made) {
        var created = Instant.now();
        copy(connection, KEY_COLUMNS, out -> {
            for (int i = 0; i < count; i++) {
                var minted = format.mint(KeyMode.LIVE, KeyKind.SECRET, random);
                out.line(row(minted, organizations.get(i % organizations.size()), i, created));
                made.accept(minted);
            }
        });
    }

    /** Before a million rows: the load reads the table alone, and ten indexes of random text take many minutes to fill. */
    static void dropListIndexes(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var dropping = connection.createStatement();
                var names = statement.executeQuery(
                        "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
                                + " WHERE i.indrelid = 'api_key'::regclass AND NOT i.indisunique")) {
            while (names.next()) {
                dropping.execute("DROP INDEX " + names.getString(1));
            }
        }
    }

    /** The rows beside the keys; of no account for the directory, but last use is written into one of them. */
    static void makeSideRows(Connection connection) throws SQLException {
        makeActivity(connection);
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at)"
                            + " SELECT id, organization_id, audience_id, unnest(scopes), created_at FROM api_key ON CONFLICT DO NOTHING");
        }
    }

    static void makeActivity(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("INSERT INTO api_key_activity (key_id, organization_id, audience_id)"
                    + " SELECT id, organization_id, audience_id FROM api_key ON CONFLICT DO NOTHING");
        }
    }

    /** So wide that nothing is refused: what is measured is what it costs to ask them. */
    static void makeLimits(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("UPDATE api_key SET limits = '1000000/second'");
            statement.execute("UPDATE organization SET limits = '100000000/second' WHERE id <> 'org_instance'");
        }
    }

    static void analyze(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "VACUUM ANALYZE api_key, api_key_activity, api_key_scope, organization, unit, membership, membership_role, app_user");
        }
    }

    /** A key of the operator with these scopes. */
    Secret makeOperatorKey(Connection connection, String scope) {
        var minted = format.mint(KeyMode.LIVE, KeyKind.OPERATOR, random);
        var now = Instant.now();
        copy(
                connection,
                KEY_COLUMNS,
                out -> out.line(new KeyRow(
                                minted,
                                "org_instance",
                                "aud_instance",
                                "operator",
                                Optional.empty(),
                                "org_instance",
                                scope,
                                now)
                        .fields()));
        return minted.secret();
    }

    private static String[] row(MintedKey minted, Organization organization, int number, Instant created) {
        var scopes = SCOPES[number % SCOPES.length];
        int nth = number / 2;
        if (number % 2 == 0) {
            var membership = "mem_" + organization.memberships.get(nth % MEMBERS);
            return new KeyRow(
                            minted,
                            organization.id,
                            membership,
                            "personal",
                            Optional.of(membership),
                            organization.id,
                            scopes,
                            created)
                    .fields();
        }
        var team = organization.teams.get(nth % TEAMS);
        return new KeyRow(minted, organization.id, team, "team", Optional.empty(), team, scopes, created).fields();
    }

    private static final String KEY_COLUMNS =
            "api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id,"
                    + " digest, prefix, last_four, name, name_key, scopes, expires_at, created_at, created_by, updated_at)";

    private record KeyRow(
            MintedKey minted,
            String organization,
            String audience,
            String type,
            Optional<String> membership,
            String unit,
            String scopes,
            Instant created) {

        String[] fields() {
            return new String[] {
                minted.id().toString(),
                organization,
                audience,
                type,
                "secret",
                "live",
                membership.orElse(NULL),
                unit,
                "\\\\x" + minted.digest().toHex(),
                minted.prefix(),
                minted.lastFour(),
                "bench",
                "bench",
                "{" + scopes + "}",
                created.plus(LIFETIME).toString(),
                created.toString(),
                "bench",
                created.toString()
            };
        }
    }

    private interface Rows {
        void line(String... fields);
    }

    private static void copy(Connection connection, String target, Consumer<Rows> rows) {
        try {
            var in = new CopyManager(connection.unwrap(BaseConnection.class)).copyIn("COPY " + target + " FROM STDIN");
            var buffer = new java.io.ByteArrayOutputStream();
            rows.accept(fields -> {
                try {
                    buffer.write((String.join("\t", fields) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    if (buffer.size() > 1 << 16) {
                        in.writeToCopy(buffer.toByteArray(), 0, buffer.size());
                        buffer.reset();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (SQLException e) {
                    throw new IllegalStateException(target, e);
                }
            });
            in.writeToCopy(buffer.toByteArray(), 0, buffer.size());
            in.endCopy();
        } catch (SQLException e) {
            throw new IllegalStateException(target, e);
        }
    }
}
