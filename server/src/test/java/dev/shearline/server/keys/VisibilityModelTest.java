package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.testing.TestSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random organizations, members and keys, and random changes of roles in between: what row-level security lets a member read and write is
 * what a plain model of the rules says. The model knows neither audiences nor SQL.
 */
@Tag("storage")
class VisibilityModelTest {

    private static final int ORGANIZATIONS = 50;
    private static final int LOOKS = 45;
    private static final long SEED = 20_261_126;

    private final Random random = new Random(SEED);
    private final TestSchema schema = TestSchema.create();
    /** One for thousands of small statements. */
    private @Nullable Connection owner;

    private int made;

    private record Place(String id, String parent) {}

    /** @param owner the membership of a personal key, the unit of a team's; empty of one of the organization as such */
    private record Key(String id, String type, String owner) {}

    /** One organization as the model knows it. */
    private final class Model {
        final String organization = next("org_");
        final List<Place> units = new ArrayList<>();
        final Map<String, Map<String, Role>> members = new HashMap<>();
        final List<Key> keys = new ArrayList<>();

        Map<String, Role> rolesOf(String member) {
            return Objects.requireNonNull(members.get(member), member);
        }

        boolean isAtOrBelow(String unit, String above) {
            return unit.equals(above)
                    || units.stream()
                            .filter(place -> place.id().equals(unit))
                            .anyMatch(place -> !place.parent().isEmpty() && isAtOrBelow(place.parent(), above));
        }

        private boolean holds(String member, Predicate<Role> role, Predicate<String> unit) {
            return rolesOf(member).entrySet().stream()
                    .anyMatch(held -> role.test(held.getValue()) && unit.test(held.getKey()));
        }

        private boolean isAdminOf(String member, String unit) {
            return holds(member, role -> role.isAtLeast(Role.ADMIN), at -> isAtOrBelow(unit, at));
        }

        boolean sees(String member, Key key) {
            return switch (key.type()) {
                case "personal" -> key.owner().equals(member) || administers(member, key.owner());
                case "team" -> holds(member, _ -> true, at -> isAtOrBelow(key.owner(), at));
                default -> isAdminOf(member, organization);
            };
        }

        boolean changes(String member, Key key) {
            return switch (key.type()) {
                case "personal" ->
                    key.owner().equals(member)
                            ? holds(member, role -> role.isAtLeast(Role.DEVELOPER), _ -> true)
                            : administers(member, key.owner());
                case "team" -> isAdminOf(member, key.owner());
                default -> isAdminOf(member, organization);
            };
        }

        /** Whether all roles of the other lie where this member is an admin; those of nobody are the organization's. */
        private boolean administers(String member, String other) {
            var theirs = rolesOf(other).keySet();
            return isAdminOf(member, organization)
                    || (!theirs.isEmpty() && theirs.stream().allMatch(unit -> isAdminOf(member, unit)));
        }

        Set<String> all(Predicate<Key> rule) {
            return keys.stream().filter(rule).map(Key::id).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private String next(String prefix) {
        made++;
        return prefix + "%012d".formatted(made);
    }

    private void execute(String sql, String... values) throws SQLException {
        try (var statement = Objects.requireNonNull(owner).prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }

    private <T> T any(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    @Test
    void what_a_member_reads_and_writes_is_what_the_model_says() throws SQLException {
        int looks = 0;
        try (var connection = schema.connect();
                var database = new Database(schema.app(), 2);
                var node = new NodeDatabase(schema.node())) {
            owner = connection;
            for (int i = 0; i < ORGANIZATIONS; i++) {
                var model = organization();
                for (int j = 0; j < LOOKS; j++) {
                    change(model);
                    look(model, any(List.copyOf(model.members.keySet())), database, node);
                    looks++;
                }
            }
        }
        assertThat(looks).isGreaterThanOrEqualTo(2_000);
    }

    private void look(Model model, String member, Database database, NodeDatabase node) {
        var organization = new OrganizationId(model.organization);
        var membership = new MembershipId(member);
        var rights = node.call(handle -> MemberRights.find(handle, organization, membership, ScopeSet.ALL));
        if (model.rolesOf(member).isEmpty()) {
            assertThat(rights).isEmpty();
            return;
        }
        var actor = new Actor.Member(membership, new UserId("usr_any"), organization, rights.orElseThrow());
        var context = TenantContext.find(actor, organization).orElseThrow();
        var roles = member + " with " + model.rolesOf(member);
        assertThat(ids(database, context, "SELECT id FROM api_key"))
                .as(roles)
                .isEqualTo(model.all(key -> model.sees(member, key)));
        assertThat(ids(database, context, "UPDATE api_key SET description = 'touched' RETURNING id"))
                .as(roles)
                .isEqualTo(model.all(key -> model.changes(member, key)));
    }

    private static Set<String> ids(Database database, TenantContext context, String sql) {
        return database.inTransaction(
                        context,
                        tx -> Set.copyOf(
                                tx.handle().createQuery(sql).mapTo(String.class).list()))
                .value();
    }

    // how an organization comes about, and changes
    // ---------------------------------------------------------------------

    private Model organization() throws SQLException {
        var model = new Model();
        execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, 'o', 'custom', ?)",
                model.organization,
                "aud_" + model.organization);
        unit(model, model.organization, "organization", "");
        int departments = random.nextInt(3);
        for (int i = 0; i < departments; i++) {
            unit(model, next("dep_"), "department", model.organization);
        }
        int teams = 1 + random.nextInt(5);
        for (int i = 0; i < teams; i++) {
            unit(
                    model,
                    next("team_"),
                    "team",
                    any(model.units.subList(0, departments + 1)).id());
        }
        int members = 1 + random.nextInt(5);
        for (int i = 0; i < members; i++) {
            member(model);
        }
        for (int i = 0; i < 12; i++) {
            key(model);
        }
        return model;
    }

    private void unit(Model model, String id, String kind, String parent) throws SQLException {
        execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name) VALUES (?, ?, ?, NULLIF(?, ''), 'u')",
                id,
                model.organization,
                kind,
                parent);
        model.units.add(new Place(id, parent));
    }

    private void member(Model model) throws SQLException {
        var user = next("usr_");
        var id = next("mem_");
        execute("INSERT INTO app_user (id) VALUES (?)", user);
        execute("INSERT INTO membership (id, organization_id, user_id) VALUES (?, ?, ?)", id, model.organization, user);
        model.members.put(id, new HashMap<>());
    }

    private void key(Model model) throws SQLException {
        var type = any(List.of("personal", "personal", "team", "team", "ci", "ephemeral"));
        var owner = switch (type) {
            case "personal" -> any(List.copyOf(model.members.keySet()));
            case "team" -> any(model.units).id();
            default -> "";
        };
        var id = next("key_");
        execute(
                """
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, prefix,
                                     last_four, name, name_key, scopes, created_at, created_by, updated_at)
                VALUES (?, ?, ?, ?, 'secret', 'live', NULLIF(?, ''), ?, sha256(?::bytea), 'p', 'l', 'n', 'n', '{}', now(), 'job', now())
                """,
                id,
                model.organization,
                owner.isEmpty() ? "aud_" + model.organization : owner,
                type,
                type.equals("personal") ? owner : "",
                type.equals("team") ? owner : model.organization,
                id);
        model.keys.add(new Key(id, type, owner));
    }

    /** Somebody gets a role somewhere, another one than they had there, or loses it. */
    private void change(Model model) throws SQLException {
        var member = any(List.copyOf(model.members.keySet()));
        var unit = any(model.units).id();
        execute("DELETE FROM membership_role WHERE membership_id = ? AND unit_id = ?", member, unit);
        model.rolesOf(member).remove(unit);
        if (random.nextInt(3) > 0) {
            var role = any(List.of(Role.values()));
            execute(
                    "INSERT INTO membership_role (organization_id, membership_id, unit_id, role) VALUES (?, ?, ?, ?)",
                    model.organization,
                    member,
                    unit,
                    role.wire());
            model.rolesOf(member).put(unit, role);
        }
    }
}
