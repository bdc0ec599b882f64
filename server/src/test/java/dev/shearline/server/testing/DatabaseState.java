package dev.shearline.server.testing;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a database holds. */
public final class DatabaseState {

    /** Written by a node on its own account, whatever is asked of it. */
    private static final Set<String> OF_NODES = Set.of(
            "node",
            "epoch_counter",
            "api_key_activity",
            "flyway_schema_history",
            "audit_unsealed",
            "audit_seal",
            "audit_key",
            "audit_checkpoint",
            "audit_checkpoint_line",
            "expiry_watch",
            // made with the letter, after the request
            "invitation_token",
            "usage_source",
            "usage_report",
            "usage_hour",
            "usage_caller",
            "quota_use",
            "quota_writer");

    private static final String TABLES = """
            SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = 'shearline' AND c.relkind IN ('r', 'p') ORDER BY c.relname
            """;

    private DatabaseState() {}

    /** A digest of every table that requests write, and the test does not: equal when nothing has changed. */
    public static Map<String, String> of(TestSchema schema, Set<String> except) {
        try (var connection = schema.connect();
                var statement = connection.createStatement()) {
            var state = new TreeMap<String, String>();
            var digests = tables(statement).stream()
                    .filter(table -> !OF_NODES.contains(table) && !except.contains(table))
                    .map(table -> "SELECT '" + table + "', " + digest(table) + " FROM " + table + " AS t")
                    .collect(Collectors.joining(" UNION ALL "));
            try (var rows = statement.executeQuery(digests)) {
                while (rows.next()) {
                    state.put(rows.getString(1), rows.getString(2));
                }
            }
            return state;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of the feed how long it is, for its numbers come after a commit; of an endpoint not how it fares. */
    private static String digest(String table) {
        return switch (table) {
            case "feed_entry" -> "count(*)::text";
            case "webhook_endpoint" -> md5("(to_jsonb(t) - 'failing_since')::text");
            default -> md5("t::text");
        };
    }

    private static String md5(String row) {
        return "md5(coalesce(string_agg(" + row + ", E'\\n' ORDER BY " + row + "), ''))";
    }

    /** Every value of every column of every table, as bytes, and as its digits where it is binary. */
    public static List<byte[]> values(TestSchema schema) {
        var values = new ArrayList<byte[]>();
        try (var connection = schema.connect();
                var statement = connection.createStatement()) {
            for (var table : tables(statement)) {
                try (var rows = statement.executeQuery("SELECT * FROM " + table)) {
                    int columns = rows.getMetaData().getColumnCount();
                    while (rows.next()) {
                        for (int column = 1; column <= columns; column++) {
                            var text = rows.getString(column);
                            if (text != null) {
                                values.add(text.getBytes(StandardCharsets.UTF_8));
                                if (rows.getMetaData().getColumnTypeName(column).equals("bytea")) {
                                    values.add(rows.getBytes(column));
                                }
                            }
                        }
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return values;
    }

    private static List<String> tables(Statement statement) throws SQLException {
        var names = new ArrayList<String>();
        try (var rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
