package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As an owner with no more power than the guide gives it: the database, and CREATEROLE. */
class MigrateCommandTest {
    private static final String OWNER = "keys_owner";
    private static final String PASSWORD = "test-only";

    private Path place;
    private EmbeddedPostgres postgres;

    @BeforeEach
    void startPostgres() throws IOException, SQLException {
        place = DevProcess.place();
        postgres = EmbeddedPostgres.start(EmbeddedPostgresConfig.of(place.resolve("postgres")));
        superuser("postgres", "CREATE ROLE " + OWNER + " LOGIN CREATEROLE PASSWORD '" + PASSWORD + "'");
        superuser("postgres", "CREATE DATABASE keys OWNER " + OWNER);
        superuser("postgres", "REVOKE CONNECT ON DATABASE keys FROM PUBLIC");
    }

    @AfterEach
    void tidyUp() throws IOException {
        postgres.close();
        DevProcess.delete(place);
    }

    private void superuser(String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        postgres.jdbcUrl(database),
                        postgres.superuser(),
                        postgres.password().reveal());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String ownerUrl() {
        return "postgres://" + OWNER + ":" + PASSWORD + "@127.0.0.1:" + postgres.port() + "/keys";
    }

    private Session session() {
        return new Session(place).with("SHEARLINE_OWNER_URL", ownerUrl());
    }

    @Test
    void two_at_the_same_time_make_the_roles_once_and_print_what_nodes_need() throws Exception {
        var runs = new ArrayList<Callable<Session.Result>>();
        for (int i = 0; i < 2; i++) {
            runs.add(() -> session().run("migrate"));
        }
        var printed = new StringBuilder();
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (var run : threads.invokeAll(runs)) {
                assertThat(run.get().exitCode()).as(run.get().err()).isZero();
                printed.append(run.get().out());
            }
        }
        assertThat(printed.toString().lines())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).startsWith("SHEARLINE_DATABASE_URL=postgres://shearline_app:"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("SHEARLINE_NODE_DATABASE_URL=postgres://shearline_node:"));

        var again = session().run("migrate");
        assertThat(again.out()).isEmpty();
        assertThat(again.err()).contains("up to date").contains("keep their passwords");

        var renewed = session().run("migrate", "--new-passwords", "--as", "config");
        assertThat(renewed.exitCode()).as(renewed.err()).isZero();
        assertThat(renewed.out().lines()).hasSize(2);
        assertThat(renewed.err()).contains("shearline secrets create FILE").contains("secret-keys-file = FILE");
        Files.writeString(place.resolve("node.conf"), renewed.out() + "secret-keys-file = instance.keys\n");
        var doctor = new Session(place).run("doctor", "--config", "node.conf", "-o", "csv");
        assertThat(doctor.out().lines().filter(line -> line.matches("fail,.*(database|role|schema).*")))
                .as(doctor.out())
                .isEmpty();
    }

    @Test
    void the_owner_is_named_by_a_file_or_standard_input_and_on_the_command_line_with_a_warning() throws IOException {
        var file = Files.writeString(place.resolve("owner.url"), ownerUrl() + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(new Session(place)
                        .run("migrate", "--owner-url-file", "owner.url")
                        .err())
                .contains("chmod 600 " + file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        var byFile = new Session(place).run("migrate", "--owner-url-file", "owner.url");
        assertThat(byFile.exitCode()).as(byFile.err()).isZero();
        var byInput = new Session(place).typing(ownerUrl() + "\n").run("migrate", "--owner-url", "-");
        assertThat(byInput.exitCode()).as(byInput.err()).isZero();
        assertThat(byInput.err()).doesNotContain("warning");
        var byOption = new Session(place).run("migrate", "--owner-url", ownerUrl());
        assertThat(byOption.exitCode()).as(byOption.err()).isZero();
        assertThat(byOption.err())
                .contains("warning: every account of this machine can read a command line")
                .doesNotContain(PASSWORD);
    }

    @Test
    void a_schema_of_a_later_release_is_refused() throws SQLException {
        assertThat(session().run("migrate").exitCode()).isZero();
        superuser(
                "keys",
                "INSERT INTO shearline.flyway_schema_history (installed_rank, version, description, type, script,"
                        + " installed_by, execution_time, success) VALUES (1000, '1000', 'later', 'SQL', 'V1000__later.sql',"
                        + " 'x', 0, true)");

        var passwords = passwords();

        var refused = session().run("migrate", "--new-passwords");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("The schema is at version 1000, of a later release")
                .contains("has changed nothing");
        assertThat(refused.out()).isEmpty();
        assertThat(passwords()).isEqualTo(passwords);
    }

    /** Nobody would have seen the new password of the first role, and the nodes would be locked out. */
    @Test
    void when_one_role_is_refused_a_new_password_the_other_keeps_its_own() throws SQLException {
        assertThat(session().run("migrate").exitCode()).isZero();
        superuser("postgres", "REVOKE ADMIN OPTION FOR shearline_node FROM " + OWNER);
        var passwords = passwords();

        var refused = session().run("migrate", "--new-passwords");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("refuses: ");
        assertThat(refused.out()).isEmpty();
        assertThat(passwords()).isEqualTo(passwords);
    }

    @Test
    void a_password_that_cannot_be_written_is_not_set() throws SQLException {
        var first = session().onFullDisk().run("migrate");
        assertThat(first.exitCode()).isEqualTo(1);
        assertThat(first.err()).contains("The passwords could not be written, and so none was set");
        assertThat(passwords()).isEmpty();

        assertThat(session().run("migrate").out().lines()).hasSize(2);
        var passwords = passwords();
        assertThat(session().onFullDisk().run("migrate", "--new-passwords").exitCode())
                .isEqualTo(1);
        assertThat(passwords()).hasSize(2).isEqualTo(passwords);
    }

    /** What was printed may or may not count: whoever reads it must know that. */
    @Test
    void a_commit_that_fails_after_the_passwords_are_printed_says_that_they_may_not_count() throws SQLException {
        var lost = session().whenWritten(this::endOwnersSessions).run("migrate");

        assertThat(lost.exitCode()).isEqualTo(1);
        assertThat(lost.out().lines()).hasSize(2);
        assertThat(lost.err())
                .contains("PostgreSQL did not confirm these passwords")
                .contains("--new-passwords");
        assertThat(passwords()).as("nothing was committed").isEmpty();

        var again = session().run("migrate");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out().lines()).hasSize(2);
    }

    private void endOwnersSessions() {
        try {
            superuser(
                    "postgres",
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '" + OWNER + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As PostgreSQL keeps them: by these, whether one has changed. */
    private List<String> passwords() throws SQLException {
        try (var connection = DriverManager.getConnection(
                        postgres.jdbcUrl("postgres"),
                        postgres.superuser(),
                        postgres.password().reveal());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT rolname || ' ' || rolpassword FROM pg_authid"
                        + " WHERE rolname IN ('shearline_app', 'shearline_node') ORDER BY rolname")) {
            var passwords = new ArrayList<String>();
            while (rows.next()) {
                passwords.add(rows.getString(1));
            }
            return passwords;
        }
    }

    @Test
    void a_url_of_no_database_is_refused_without_being_repeated_and_none_is_asked_for() {
        var result = new Session(place).run("migrate", "--owner-url", "mysql://root:hunter2@localhost/x");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("postgres://user:password@host:port/database")
                .doesNotContain("hunter2");
        assertThat(new Session(place).run("migrate").err()).contains("Who owns the database?");
    }
}
