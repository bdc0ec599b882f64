package dev.shearline.server.db.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The superuser's connection to the cluster, for as long as a question takes. */
final class Session implements AutoCloseable {
    /** For one that runs, or hangs. */
    static final int CONNECT_LIMIT_SECONDS = 5;
    /** For one that was started a moment ago, however busy the machine is. */
    static final int FIRST_CONNECT_LIMIT_SECONDS = 60;

    private static final int ANSWER_LIMIT_SECONDS = 10;

    private final Connection connection;

    private Session(Connection connection) {
        this.connection = connection;
    }

    static Session open(String jdbcUrl, SuperuserPassword password, int limitSeconds) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", Cluster.SUPERUSER);
        properties.setProperty("password", password.reveal());
        properties.setProperty("connectTimeout", Integer.toString(limitSeconds));
        properties.setProperty("loginTimeout", Integer.toString(limitSeconds));
        properties.setProperty("socketTimeout", Integer.toString(ANSWER_LIMIT_SECONDS));
        return new Session(DriverManager.getConnection(jdbcUrl, properties));
    }

    boolean serves(Path cluster) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW data_directory")) {
            return rows.next() && Path.of(rows.getString(1)).equals(cluster);
        }
    }

    /** Ends what the process before us left running, and waits: its transactions would hold their locks against us. */
    void endOthers() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("""
                    SELECT pg_terminate_backend(pid, 5000)
                      FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                    """);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
