package dev.shearline.server.db.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A table with a row, to see what lasts. */
final class Notes {
    private Notes() {}

    static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.superuser(), postgres.password().reveal());
    }

    static void write(EmbeddedPostgres postgres, String text) throws SQLException {
        try (var connection = connect(postgres)) {
            try (var create = connection.createStatement()) {
                create.execute("CREATE TABLE IF NOT EXISTS note (text text NOT NULL)");
            }
            try (var insert = connection.prepareStatement("INSERT INTO note (text) VALUES (?)")) {
                insert.setString(1, text);
                insert.executeUpdate();
            }
        }
    }

    static List<String> all(EmbeddedPostgres postgres) throws SQLException {
        return ask(postgres, "SELECT text FROM note ORDER BY text");
    }

    static String setting(EmbeddedPostgres postgres, String name) throws SQLException {
        return ask(postgres, "SHOW " + name).getFirst();
    }

    static List<String> ask(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (var connection = connect(postgres);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var answers = new ArrayList<String>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        }
    }
}
