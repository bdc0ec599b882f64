package dev.shearline.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.testing.TestSchema;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What keeps tenants apart even where somebody has forgotten a WHERE. */
@Tag("storage")
class RowSecurityTest {

    private static final Set<String> NOT_OF_A_TENANT = Set.of(
            "app_user",
            // keys and checkpoints name no organization; the lock of sealing names nothing
            "audit_checkpoint",
            "audit_key",
            "audit_sealing",
            "epoch_counter",
            "expiry_watch",
            "feed_entry",
            "flyway_schema_history",
            "node",
            "plan",
            "quota_use",
            "quota_writer",
            "role",
            "schema_compatibility",
            "scope",
            "usage_source");
    private static final Actor JOB = new Actor.Job("test");
    private static final OrganizationId ACME = new OrganizationId("org_acme");
    private static final OrganizationId OTHER = new OrganizationId("org_other");
    private static final int INTERLEAVINGS = 10_000;

    private static TestSchema schema;
    private static Database database;

    @BeforeAll
    static void start() {
        schema = TestSchema.create();
        database = new Database(schema.app(), 2);
        for (var organization : List.of(ACME, OTHER)) {
            schema.execute(
                    "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, 'o', 'custom', ?)",
                    organization.value(),
                    "aud_" + organization.value());
            schema.execute(
                    "INSERT INTO unit (id, organization_id, kind, name) VALUES (?, ?, 'organization', 'o')",
                    organization.value(),
                    organization.value());
            for (int audience = 0; audience < 3; audience++) {
                insertKey(organization, "team_" + audience);
            }
        }
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static void insertKey(OrganizationId organization, String audience) {
        var id = "key_" + organization.value().substring(4) + audience;
        schema.execute("""
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                     name, name_key, scopes, created_at, created_by, updated_at)
                VALUES (?, ?, ?, 'team', 'secret', 'live', ?, sha256(?::bytea), 'p', 'l', 'n', 'n', '{}', now(), 'job', now())
                """, id, organization.value(), audience, organization.value(), id);
    }

    @Test
    void every_table_of_a_tenant_is_under_row_level_security_with_policies_for_the_application() {
        assertThat(names("""
                SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'shearline' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
                """)).containsExactlyInAnyOrderElementsOf(NOT_OF_A_TENANT);
        assertThat(names("""
                SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'shearline' AND c.relrowsecurity AND NOT EXISTS
                       (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND 'shearline_app'::regrole = ANY (p.polroles))
                """)).isEmpty();
        assertThat(names("""
                SELECT DISTINCT table_name FROM information_schema.columns
                 WHERE table_schema = 'shearline' AND column_name = 'organization_id' AND is_nullable = 'YES'
                """)).containsExactly("feed_entry");
    }

    @Test
    void no_runtime_role_owns_anything_or_can_become_somebody_who_does() {
        for (var role : List.of("shearline_app", "shearline_node")) {
            assertThat(names(
                            "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = '"
                                    + role + "'"))
                    .isEmpty();
            assertThat(names("SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = '" + role
                            + "'::regrole"))
                    .isEmpty();
            assertThat(names("SELECT rolname FROM pg_roles WHERE rolname = '" + role
                            + "' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"))
                    .isEmpty();
        }
        assertThat(names("""
                SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname = 'shearline' AND p.prosecdef
                """)).isEmpty();
        assertThat(names("SELECT viewname FROM pg_views WHERE schemaname = 'shearline'"))
                .isEmpty();
    }

    @Test
    void without_a_context_nothing_is_seen() throws SQLException {
        try (var connection = schema.app().dataSource("test").getConnection();
                var statement = connection.createStatement()) {
            for (var table : List.of(
                    "organization",
                    "unit",
                    "membership",
                    "membership_role",
                    "resource",
                    "api_key",
                    "api_key_scope",
                    "api_key_word",
                    "api_key_activity",
                    "access_session",
                    "audit_event",
                    "audit_personal",
                    "audit_seal",
                    "audit_unsealed",
                    "audit_checkpoint_line",
                    "idempotent_answer",
                    "invitation",
                    "invitation_token",
                    "mail",
                    "notification",
                    "usage_caller",
                    "usage_hour",
                    "usage_report",
                    "webhook_delivery",
                    "webhook_endpoint",
                    "webhook_interest",
                    "webhook_secret")) {
                try (var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
                    rows.next();
                    assertThat(rows.getInt(1)).as(table).isZero();
                }
            }
        }
    }

    @Test
    void the_application_reads_no_feed_and_the_node_writes_no_keys() {
        refused(schema.app(), "SELECT count(*) FROM feed_entry");
        refused(schema.app(), "UPDATE epoch_counter SET epoch = 0");
        refused(schema.app(), "SELECT number_entries()");
        refused(schema.app(), "DELETE FROM audit_event");
        refused(schema.app(), "UPDATE audit_event SET action = 'x'");
        refused(schema.app(), "DELETE FROM api_key");
        refused(schema.node(), "UPDATE api_key SET state = 'active'");
        refused(schema.node(), "SELECT name FROM api_key");
        refused(schema.node(), "SELECT email FROM app_user");
        refused(schema.node(), "SELECT actor FROM audit_event");
        refused(schema.node(), "SELECT fields FROM audit_personal");
        refused(schema.node(), "INSERT INTO feed_entry (id, kind) VALUES (gen_random_uuid(), 'genesis')");
    }

    @Test
    void no_runtime_role_changes_or_removes_an_event_its_seal_or_a_checkpoint() {
        assertThat(names("""
                SELECT role || ' ' || privilege || ' ' || name
                  FROM unnest(ARRAY['shearline_app', 'shearline_node']) AS role,
                       unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege,
                       unnest(ARRAY['audit_event', 'audit_seal', 'audit_key', 'audit_checkpoint', 'audit_checkpoint_line']) AS name
                 WHERE has_table_privilege(role, 'shearline.' || name, privilege)
                    OR (privilege = 'UPDATE' AND has_any_column_privilege(role, 'shearline.' || name, privilege))
                """)).isEmpty();
        refused(
                schema.app(),
                "INSERT INTO audit_seal (organization_id, seq, event_id, hash) VALUES ('org_acme', 1, 'e', 'h')");
        refused(schema.app(), "SELECT seal_events(1)");
        refused(schema.app(), "DELETE FROM audit_unsealed");
        refused(schema.node(), "INSERT INTO audit_event (id) VALUES ('e')");
        refused(schema.app(), "UPDATE audit_unsealed SET at = now()");
        refused(schema.node(), "UPDATE audit_seal SET seq = 0");
        refused(schema.node(), "UPDATE audit_unsealed SET at = now()");
        refused(schema.node(), "INSERT INTO audit_unsealed (event_id, organization_id) VALUES ('e', 'org_acme')");
    }

    @Test
    void nothing_is_written_across_tenants() {
        assertThatThrownBy(() -> database.acrossTenants(
                        "test",
                        tx -> tx.handle()
                                .createUpdate("UPDATE api_key SET name = 'x'")
                                .execute()))
                .hasStackTraceContaining("read-only");
        assertThatThrownBy(() -> database.inTransaction(
                        TenantContext.whole(JOB, ACME),
                        tx -> tx.handle()
                                .createUpdate("INSERT INTO unit (id, organization_id, kind, parent_id, name)"
                                        + " VALUES ('team_x', 'org_other', 'team', 'org_other', 'x')")
                                .execute()))
                .hasStackTraceContaining("row-level security");
    }

    @Test
    void the_audit_log_opens_to_who_may_read_it_and_every_change_writes_into_it() {
        var blind = new TenantContext("member", ACME, Reach.whole(), Reach.whole(), false);
        var reader = new TenantContext("member", ACME, Reach.whole(), Reach.whole(), true);
        var insert = "INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)"
                + " VALUES ('evt_1', 'org_acme', now(), 'mem_a', 'a', 't', 'b'::bytea)";
        var count = "SELECT count(*) FROM audit_event WHERE organization_id = 'org_acme'";
        int written =
                database.inTransaction(blind, tx -> tx.handle().execute(insert)).value();
        assertThat(written).isEqualTo(1);
        assertThat(count(blind, count)).isZero();
        assertThat(count(reader, count)).isEqualTo(1);
        assertThat(count(TenantContext.whole(JOB, OTHER), count)).isZero();
    }

    @Test
    void a_setting_that_is_missing_opens_nothing() throws SQLException {
        database.inTransaction(
                TenantContext.whole(JOB, ACME),
                tx -> tx.handle()
                        .execute("INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)"
                                + " VALUES ('evt_set', 'org_acme', now(), 'mem_a', 'a', 't', 'b'::bytea)"));
        var events = "SELECT count(*) FROM audit_event WHERE id = 'evt_set'";
        var keys = "SELECT count(*) FROM api_key";
        var written = "WITH changed AS (UPDATE api_key SET description = description RETURNING 1) SELECT count(*) FROM"
                + " changed";
        try (var connection = schema.app().dataSource("test").getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT set_config('shearline.organization', 'org_acme', true)");
            assertThat(number(statement, keys)).isZero();
            assertThat(number(statement, written)).isZero();
            assertThat(number(statement, events)).isZero();
            statement.execute("SELECT set_config('shearline.all', 'on', true)");
            assertThat(number(statement, keys)).isEqualTo(3);
            assertThat(number(statement, written)).isZero();
            statement.execute("SELECT set_config('shearline.audiences', 'team_0', true)");
            assertThat(number(statement, written)).isZero();
            assertThat(number(statement, events)).isZero();
            statement.execute("SELECT set_config('shearline.manages_all', 'on', true)");
            assertThat(number(statement, written)).isEqualTo(3);
            statement.execute("SELECT set_config('shearline.audit', 'on', true)");
            assertThat(number(statement, events)).isEqualTo(1);
            connection.rollback();
        }
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static int count(TenantContext context, String sql) {
        return database.read(
                context, tx -> tx.handle().createQuery(sql).mapTo(Integer.class).one());
    }

    @Test
    void who_only_sees_a_key_changes_nothing_of_it() {
        var viewer = new TenantContext("member", ACME, Reach.whole(), Reach.nothing(), false);
        for (var sql : List.of(
                "UPDATE api_key SET description = 'x'",
                "DELETE FROM api_key_scope",
                "DELETE FROM api_key_word",
                "UPDATE api_key_activity SET audience_id = 'x'")) {
            int changed = database.inTransaction(viewer, tx -> tx.handle().execute(sql))
                    .value();
            assertThat(changed).as(sql).isZero();
        }
        assertThat(count(viewer, "SELECT count(*) FROM api_key")).isEqualTo(3);
        var locked = database.inTransaction(
                viewer,
                tx -> tx.handle()
                        .createQuery("SELECT id FROM api_key FOR UPDATE")
                        .mapTo(String.class)
                        .list());
        assertThat(locked.value()).isEmpty();
    }

    @Test
    void no_interleaving_on_shared_connections_shows_a_foreign_row() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> looks = new ArrayList<>();
            for (int i = 0; i < INTERLEAVINGS; i++) {
                looks.add(RowSecurityTest::look);
            }
            for (var look : threads.invokeAll(looks)) {
                assertThat(look.get()).isTrue();
            }
        }
    }

    /** Sees all, and with that taken away what those before have left on the connection, which must be nothing. */
    private static boolean lookWithoutContext() {
        return database.acrossTenants("test", tx -> {
            var count = "SELECT count(*) FROM api_key";
            int all = tx.handle().createQuery(count).mapTo(Integer.class).one();
            tx.handle()
                    .createQuery("SELECT set_config('shearline.across_tenants', '', true)")
                    .mapTo(String.class)
                    .one();
            return all == 6
                    && tx.handle().createQuery(count).mapTo(Integer.class).one() == 0;
        });
    }

    /** One transaction with a random context, sometimes none, sometimes one that fails, and what it must see and nothing else. */
    private static boolean look() {
        Random random = ThreadLocalRandom.current();
        if (random.nextInt(3) == 0) {
            return lookWithoutContext();
        }
        var organization = random.nextBoolean() ? ACME : OTHER;
        var reach = random.nextBoolean() ? Reach.whole() : new Reach.Audiences(Set.of("team_" + random.nextInt(3)));
        int expected = reach.equals(Reach.whole()) ? 3 : 1;
        if (random.nextInt(10) == 0) {
            assertThatThrownBy(() -> database.inTransaction(TenantContext.whole(JOB, organization), _ -> {
                        throw new IllegalStateException("on purpose");
                    }))
                    .hasMessage("on purpose");
        }
        var seen = database.read(
                new TenantContext("job", organization, reach, Reach.nothing(), false),
                tx -> tx.handle()
                        .createQuery("SELECT organization_id FROM api_key")
                        .mapTo(String.class)
                        .list());
        return seen.size() == expected && seen.stream().allMatch(organization.value()::equals);
    }

    private static void refused(DatabaseAddress as, String sql) {
        assertThatThrownBy(() -> {
                    try (var connection = as.dataSource("test").getConnection();
                            var statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                })
                .as(sql)
                .hasMessageContaining("permission denied");
    }

    private static List<String> names(String sql) {
        try (var connection = schema.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var names = new ArrayList<String>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
