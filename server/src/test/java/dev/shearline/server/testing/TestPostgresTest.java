package dev.shearline.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
    @Test
    void every_database_is_fresh() throws Exception {
        var one = TestPostgres.createDatabase();
        var other = TestPostgres.createDatabase();

        assertThat(one.name()).isNotEqualTo(other.name());
        for (var database : new TestPostgres.TestDatabase[] {one, other}) {
            try (var connection =
                            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE note (text text)");
            }
        }
    }
}
