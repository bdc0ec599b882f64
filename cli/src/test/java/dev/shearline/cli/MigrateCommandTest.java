package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrateCommandTest {
    private Path place;

    @BeforeEach
    void layOut() throws IOException {
        place = DevProcess.place();
    }

    @AfterEach
    void tidyUp() throws IOException {
        DevProcess.delete(place);
    }

    @Test
    void it_makes_the_roles_once_and_prints_what_nodes_need() throws SQLException {
        try (var postgres = EmbeddedPostgres.start(EmbeddedPostgresConfig.of(place.resolve("postgres")))) {
            var password = postgres.password().reveal();
            try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.superuser(), password);
                    var statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE keys");
            }
            var owner =
                    "postgres://" + postgres.superuser() + ":" + password + "@127.0.0.1:" + postgres.port() + "/keys";

            var first = new Session(place).run("migrate", "--owner-url", owner);
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(first.out().lines())
                    .hasSize(2)
                    .anySatisfy(line -> assertThat(line).startsWith("SHEARLINE_DATABASE_URL=postgres://shearline_app:"))
                    .anySatisfy(line ->
                            assertThat(line).startsWith("SHEARLINE_NODE_DATABASE_URL=postgres://shearline_node:"));

            var second = new Session(place).run("migrate", "--owner-url", owner);
            assertThat(second.out()).isEmpty();
            assertThat(second.err()).contains("up to date").contains("keep their passwords");
        }
    }

    @Test
    void a_url_of_no_database_is_refused_without_being_repeated() {
        var result = new Session(place).run("migrate", "--owner-url", "mysql://root:hunter2@localhost/x");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("postgres://user:password@host:port/database")
                .doesNotContain("hunter2");
    }
}
