package dev.shearline.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.Server;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is too powerful is not let in: row-level security would keep nothing apart, and nothing would show it. */
@Tag("storage")
class RuntimeRoleTest {

    private static final TestSchema SCHEMA = TestSchema.create();
    private static final String ROLE = "runtime_role_test";
    private static final String PASSWORD = "test-only";

    @TempDir
    private Path directory;

    @BeforeEach
    void makeRole() throws SQLException {
        superuser("CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + PASSWORD + "' IN ROLE " + Migrations.APP_ROLE);
    }

    @AfterEach
    void dropRole() throws SQLException {
        superuser("DROP ROLE " + ROLE);
    }

    private static void superuser(String sql) throws SQLException {
        try (var connection = TestSchema.superuser();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DatabaseAddress someone() {
        return SCHEMA.app().as(ROLE, Secret.of(PASSWORD));
    }

    @Test
    void the_two_roles_and_their_members_are_fit() {
        assertThatCode(() -> RuntimeRole.APPLICATION.requireNow(SCHEMA.app())).doesNotThrowAnyException();
        assertThatCode(() -> RuntimeRole.NODE.requireNow(SCHEMA.node())).doesNotThrowAnyException();
        assertThatCode(() -> RuntimeRole.APPLICATION.requireNow(someone())).doesNotThrowAnyException();
    }

    @Test
    void owners_superusers_and_those_past_row_level_security_are_refused() throws SQLException {
        refused(SCHEMA.owner(), "owns the schema");
        superuser("ALTER ROLE " + ROLE + " BYPASSRLS");
        refused(someone(), "bypasses row-level security");
        superuser("ALTER ROLE " + ROLE + " SUPERUSER NOBYPASSRLS");
        refused(someone(), "is a superuser");
        superuser("ALTER ROLE " + ROLE + " NOSUPERUSER");
        superuser("GRANT " + Migrations.OWNER_ROLE + " TO " + ROLE);
        refused(someone(), "may become its owner");
    }

    @Test
    void each_role_in_the_place_of_the_other_is_refused() throws SQLException {
        refused(SCHEMA.node(), "is not " + Migrations.APP_ROLE);
        assertThatThrownBy(() -> RuntimeRole.NODE.requireNow(SCHEMA.app()))
                .hasMessageContaining("SHEARLINE_NODE_DATABASE_URL")
                .hasMessageContaining("is not " + Migrations.NODE_ROLE);
        superuser("GRANT " + Migrations.NODE_ROLE + " TO " + ROLE);
        refused(someone(), "is not " + Migrations.APP_ROLE);
    }

    /** Our own function in the place of PostgreSQL's stands for a server that is older. */
    @Test
    void a_postgresql_that_is_too_old_is_refused() throws SQLException {
        SCHEMA.execute(
                "CREATE FUNCTION shearline.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '140021' $$");
        try (var connection = SCHEMA.app().dataSource("test").getConnection();
                var statement = connection.createStatement()) {
            RuntimeRole.APPLICATION.require(connection);
            statement.execute("SET search_path = shearline, pg_catalog");
            assertThatThrownBy(() -> RuntimeRole.APPLICATION.require(connection))
                    .isInstanceOf(UnfitRoleException.class)
                    .hasMessage("SHEARLINE_DATABASE_URL leads to PostgreSQL 14: Shearline needs version 15 or later.");
        } finally {
            SCHEMA.execute("DROP FUNCTION shearline.current_setting(text)");
        }
    }

    private static void refused(DatabaseAddress address, String why) {
        assertThatThrownBy(() -> RuntimeRole.APPLICATION.requireNow(address))
                .hasMessageContaining("SHEARLINE_DATABASE_URL")
                .hasMessageContaining(why)
                .hasMessageContaining("shearline migrate --owner-url");
    }

    @Test
    void a_role_that_is_given_power_while_a_server_runs_gets_no_further_connection() throws SQLException {
        try (var database = new Database(someone(), 1)) {
            assertThat(database.<Integer>acrossTenants("test", tx -> 1)).isOne();
            superuser("ALTER ROLE " + ROLE + " BYPASSRLS");
            SCHEMA.endOtherSessions();
            assertThatThrownBy(() -> database.acrossTenants("test", tx -> 1))
                    .isInstanceOf(DatabaseUnavailableException.class);
            superuser("ALTER ROLE " + ROLE + " NOBYPASSRLS");
            assertThat(database.<Integer>acrossTenants("test", tx -> 1)).isOne();
        }
    }

    @Test
    void a_server_does_not_start_as_the_owner() {
        var keys = directory.resolve("instance.keys");
        InstanceKeys.create(keys, new SecureRandom());
        var settings = SettingsParser.parse(
                Map.of(),
                Optional.empty(),
                Map.of(
                        Setting.LISTEN, "127.0.0.1:0",
                        Setting.MANAGEMENT_LISTEN, "127.0.0.1:0",
                        Setting.DATABASE_URL, url(SCHEMA.owner()),
                        Setting.NODE_DATABASE_URL, url(SCHEMA.node()),
                        Setting.SECRET_KEYS_FILE, keys.toString(),
                        Setting.DATA_DIR, directory.toString()));
        assertThatThrownBy(() -> Server.start(settings))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.faults())
                                .singleElement()
                                .asString()
                                .contains("shearline migrate --owner-url"));
    }

    private static String url(DatabaseAddress address) {
        return "postgres://" + address.user() + ":" + address.password().reveal() + "@" + address.host() + ":"
                + address.port() + "/" + address.database();
    }
}
