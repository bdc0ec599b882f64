package dev.shearline.server.verify;

import dev.shearline.server.feed.Position;
import dev.shearline.server.feed.ServerIdentity;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Role;
import dev.shearline.server.limits.Limited;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * The SQL of the directory: the same rows, all of them for a load, or some by primary key. Plain JDBC in binary form, since a load reads
 * millions.
 */
final class DirectoryRows {

    private static final int FETCH_ROWS = 10_000;
    private static final long SECONDS_A_DAY = 86_400;

    private static final String KEY_COLUMNS = """
            id, organization_id, type, visibility, mode, membership_id, unit_id, digest, verified_metadata,
            array_to_string(scopes, ' ') AS scopes, array_to_string(cidrs, ' ') AS cidrs,
            array_to_string(resources, chr(10)) AS resources, limits,
            coalesce(limits_of, id) AS limits_of, state, end_at_first_use, version,
            CASE WHEN state = 'disabled' AND disabled_cause = 'history_forked' THEN version + 1 ELSE confirmed_version END AS settled,
            date_part('epoch', not_before) AS not_before, date_part('epoch', least(expires_at, ends_at)) AS expires,
            date_part('epoch', coalesce(revoked_at, used_at, updated_at)) AS died,
            least(expires_at, ends_at) <= now() AS expired
            """;
    /** Dead ones for 90 days. */
    private static final String IS_KEPT =
            "expires_at > now() - interval '90 days' AND coalesce(revoked_at, used_at, 'infinity') > now() - interval '90 days'";

    private static final String KEY_COUNTS =
            "SELECT count(*) FILTER (WHERE NOT dead) AS live, count(*) FILTER (WHERE dead) AS dead"
                    + " FROM (SELECT state IN ('revoked', 'used') AS dead FROM api_key WHERE " + IS_KEPT + ") AS kept";

    private static final String KEYS = "SELECT " + KEY_COLUMNS + "FROM api_key WHERE " + IS_KEPT;
    /** In one statement, and so in one snapshot: who answers, whether an entry of the feed is in it, and the keys as they are then. */
    private static final String KEYS_READ_THROUGH = "SELECT node.server, node.reached, " + KEY_COLUMNS
            + "FROM (SELECT " + ServerIdentity.COLUMN
            + ", EXISTS (SELECT 1 FROM feed_entry WHERE epoch = ? AND tag = ?) AS reached) AS node LEFT JOIN api_key ON digest = ANY (?) AND "
            + IS_KEPT;

    private static final String ORGANIZATIONS =
            "SELECT id, external_id, state, plan_id, limits, version FROM organization WHERE true";
    private static final String UNITS =
            "SELECT id, organization_id, kind, external_id, parent_id, state, limits, version FROM unit WHERE true";
    private static final String USERS = "SELECT id, external_id, state, version FROM app_user WHERE true";
    private static final String MEMBERSHIPS =
            "SELECT id, organization_id, user_id, state, version, array_to_string(scopes, ' ') AS scopes, limits FROM membership WHERE true";
    private static final String ROLES =
            "SELECT id, unit_id, role FROM (SELECT membership_id AS id, unit_id, role FROM membership_role) AS held"
                    + " WHERE true";
    private static final String PLANS = "SELECT id, version FROM plan WHERE true";
    private static final String BY_ID = " AND id = ANY (?)";

    private final DirectoryState state;

    DirectoryRows(DirectoryState state) {
        this.state = state;
    }

    static HeldKeys.Expected countKeys(Handle handle) {
        return handle.createQuery(KEY_COUNTS)
                .map((row, _) -> new HeldKeys.Expected(row.getLong("live"), row.getLong("dead")))
                .one();
    }

    /**
     * Each of them for a load, as a record if it is wanted or there is room for it; of the others only that they exist. Where not all fit,
     * an expired one takes no room that another could have.
     */
    void loadKeys(Handle snapshot, Predicate<ApiKeyId> isWanted, Consumer<KeyEntry> action) {
        each(snapshot, KEYS, Optional.empty(), row -> {
            boolean fits = state.keys.isComplete() || (state.keys.hasRoom() && !row.getBoolean("expired"));
            settle(row);
            if (fits || isDead(row) || isWanted.test(id(row))) {
                action.accept(key(row));
            } else {
                state.keys.exists(digest(row));
            }
        });
    }

    void eachKey(Handle handle, Optional<Collection<String>> ids, Consumer<KeyEntry> action) {
        each(handle, KEYS, ids, row -> {
            settle(row);
            action.accept(key(row));
        });
    }

    /** @param settled see {@link DirectoryState#settled} */
    record Found(KeyEntry entry, int settled) {}

    /** Those of these keys that there are; empty when another server answers than the one of this position, or it has not come so far. */
    Optional<Map<KeyDigest, Found>> findKeys(Handle handle, List<KeyDigest> digests, Position at) {
        try (var statement = handle.getConnection().prepareStatement(KEYS_READ_THROUGH)) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
            statement.setLong(1, at.epoch().number());
            statement.setLong(2, at.epoch().tag());
            statement.setArray(
                    3,
                    handle.getConnection()
                            .createArrayOf(
                                    "bytea",
                                    digests.stream().map(KeyDigest::toBytes).toArray(byte[][]::new)));
            var keys = new HashMap<KeyDigest, Found>();
            boolean reached = false;
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    reached =
                            rows.getBoolean("reached") && at.server().equals(new ServerIdentity(text(rows, "server")));
                    if (rows.getString("id") != null) {
                        keys.put(digest(rows), new Found(key(rows), rows.getInt("settled")));
                    }
                }
            }
            return reached ? Optional.of(keys) : Optional.empty();
        } catch (SQLException e) {
            throw new DirectoryReadException(e);
        }
    }

    void eachOrganization(Handle handle, Optional<Collection<String>> ids, Consumer<Records.Organization> action) {
        each(
                handle,
                ORGANIZATIONS,
                ids,
                row -> action.accept(Records.Organization.of(
                        text(row, "id"),
                        optional(row, "external_id"),
                        text(row, "state").equals("active")
                                || text(row, "state").equals("instance"),
                        DirectoryState.cell(state.plans, text(row, "plan_id")),
                        state.limited(text(row, "id"), Limited.Level.ORGANIZATION, text(row, "limits")),
                        row.getInt("version"))));
    }

    void eachUnit(Handle handle, Optional<Collection<String>> ids, Consumer<Records.Unit> action) {
        each(handle, UNITS, ids, row -> {
            var unit = Records.Unit.of(
                    text(row, "id"),
                    text(row, "kind"),
                    optional(row, "external_id"),
                    optional(row, "parent_id").map(parent -> DirectoryState.cell(state.units, parent)),
                    text(row, "state").equals("active"),
                    state.limited(text(row, "id"), Limited.Level.OWNER, text(row, "limits")),
                    row.getInt("version"));
            var externalId = row.getString("external_id");
            if (unit.active() && externalId != null) {
                state.unitsByExternalId.put(
                        new DirectoryState.HostedUnit(text(row, "organization_id"), externalId),
                        DirectoryState.cell(state.units, unit.id()));
            }
            action.accept(unit);
        });
    }

    void eachUser(Handle handle, Optional<Collection<String>> ids, Consumer<Records.User> action) {
        each(
                handle,
                USERS,
                ids,
                row -> action.accept(Records.User.of(
                        text(row, "id"),
                        optional(row, "external_id"),
                        text(row, "state").equals("active"),
                        row.getInt("version"))));
    }

    /** Without the roles: they are read after it, so that they are of the same time or later, and a later change comes again. */
    void eachMembership(Handle handle, Optional<Collection<String>> ids, Consumer<Records.Membership> action) {
        each(handle, MEMBERSHIPS, ids, row -> {
            var own = row.getString("scopes");
            action.accept(new Records.Membership(
                    text(row, "id"),
                    text(row, "organization_id"),
                    DirectoryState.cell(state.users, text(row, "user_id")),
                    text(row, "state").equals("active"),
                    row.getInt("version"),
                    List.of(),
                    own == null ? null : state.entitlement(own),
                    state.limited(text(row, "id"), Limited.Level.OWNER, text(row, "limits"))));
        });
    }

    /** One role of a member at a unit. */
    interface RoleAction {
        void accept(String membership, Records.RolesAt role);
    }

    void eachRole(Handle handle, Optional<Collection<String>> ids, RoleAction action) {
        each(
                handle,
                ROLES,
                ids,
                row -> action.accept(
                        text(row, "id"),
                        new Records.RolesAt(
                                DirectoryState.cell(state.units, text(row, "unit_id")),
                                Role.ofWire(text(row, "role")).bit())));
    }

    void eachPlan(Handle handle, Optional<Collection<String>> ids, Consumer<Records.Plan> action) {
        each(handle, PLANS, ids, row -> action.accept(new Records.Plan(text(row, "id"), row.getInt("version"))));
    }

    Optional<LiveKey> findUsed(Handle handle, ApiKeyId id) {
        var found = new AtomicReference<Optional<LiveKey>>(Optional.empty());
        each(handle, KEYS, Optional.of(List.of(id.toString())), row -> {
            if (text(row, "state").equals("used")) {
                found.set(Optional.of(liveKey(row)));
            }
        });
        return found.get();
    }

    private KeyEntry key(ResultSet row) throws SQLException {
        if (!isDead(row)) {
            return liveKey(row);
        }
        return new DeadKey(
                digest(row),
                id(row),
                row.getInt("version"),
                DirectoryState.cell(state.organizations, text(row, "organization_id")),
                text(row, "state").equals("revoked") ? Reason.REVOKED : Reason.ALREADY_USED,
                (long) row.getDouble("died") / SECONDS_A_DAY);
    }

    private void settle(ResultSet row) throws SQLException {
        int settled = row.getInt("settled");
        if (settled > 0 && !isDead(row)) {
            state.settle(id(row), settled);
        }
    }

    private static boolean isDead(ResultSet row) throws SQLException {
        var state = text(row, "state");
        return state.equals("revoked") || state.equals("used");
    }

    private static KeyDigest digest(ResultSet row) throws SQLException {
        return KeyDigest.fromBytes(row.getBytes("digest"));
    }

    private static ApiKeyId id(ResultSet row) throws SQLException {
        return ApiKeyId.find(text(row, "id")).orElseThrow();
    }

    private LiveKey liveKey(ResultSet row) throws SQLException {
        var membership = row.getString("membership_id");
        return new LiveKey(
                digest(row),
                id(row),
                row.getInt("version"),
                DirectoryState.cell(state.organizations, text(row, "organization_id")),
                new LiveKey.Traits(
                        KeyType.find(text(row, "type")).orElseThrow(),
                        text(row, "visibility").equals("publishable"),
                        text(row, "mode").equals("test"),
                        text(row, "state").equals("disabled"),
                        row.getBoolean("end_at_first_use")),
                DirectoryState.cell(state.units, text(row, "unit_id")),
                membership == null ? null : DirectoryState.cell(state.memberships, membership),
                state.scopes(text(row, "scopes")),
                state.cidrs(text(row, "cidrs")),
                state.resources(text(row, "resources")),
                state.limited(text(row, "limits_of"), Limited.Level.KEY, text(row, "limits")),
                row.getString("verified_metadata"),
                millis(row.getDouble("not_before")),
                millis(row.getDouble("expires")));
    }

    /** Infinities become the ends of the long range. */
    private static long millis(double seconds) {
        return (long) (seconds * 1000);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        var text = row.getString(column);
        if (text == null) {
            throw new SQLException("no " + column);
        }
        return text;
    }

    private static Optional<String> optional(ResultSet row, String column) throws SQLException {
        @Nullable String text = row.getString(column);
        return Optional.ofNullable(text);
    }

    @FunctionalInterface
    private interface RowAction {
        void accept(ResultSet row) throws SQLException;
    }

    private static void each(Handle handle, String sql, Optional<Collection<String>> ids, RowAction action) {
        if (ids.isPresent() && ids.get().isEmpty()) {
            return;
        }
        try (var statement = handle.getConnection().prepareStatement(ids.isPresent() ? sql + BY_ID : sql)) {
            prepare(handle, statement, ids);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    action.accept(rows);
                }
            }
        } catch (SQLException e) {
            throw new DirectoryReadException(e);
        }
    }

    private static void prepare(Handle handle, PreparedStatement statement, Optional<Collection<String>> ids)
            throws SQLException {
        statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
        if (ids.isPresent()) {
            statement.setArray(
                    1, handle.getConnection().createArrayOf("text", ids.get().toArray()));
        } else {
            statement.setFetchSize(FETCH_ROWS);
        }
    }

    /** The database could not be read; the follower begins again. */
    static final class DirectoryReadException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        DirectoryReadException(SQLException cause) {
            super("cannot read the directory: " + cause.getMessage(), cause);
        }
    }
}
