package dev.shearline.server.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds transactions back between their last statement and their commit until the test lets them go: a deferred trigger that waits for an
 * advisory lock. A client that waits longer than its lock time-out fails and may come again, to wait again.
 */
public final class Gate implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger(4_000);

    private final TestSchema schema;
    private final Connection holder;
    private final int number;
    private final String table;
    private boolean open;

    private Gate(TestSchema schema, Connection holder, int number, String table) {
        this.schema = schema;
        this.holder = holder;
        this.number = number;
        this.table = table;
    }

    /** Shuts for commits that have inserted or updated such a row; the condition is about NEW. */
    public static Gate shut(TestSchema schema, String table, String condition) {
        try {
            int number = COUNT.incrementAndGet();
            var gate = new Gate(schema, schema.connect(), number, table);
            gate.run("SELECT pg_advisory_lock(" + number + ")");
            schema.execute("CREATE FUNCTION gate_" + number + "() RETURNS trigger LANGUAGE plpgsql AS "
                    + "$$ BEGIN PERFORM pg_advisory_xact_lock_shared(" + number + "); RETURN NULL; END $$");
            schema.execute("CREATE CONSTRAINT TRIGGER gate_" + number + " AFTER INSERT OR UPDATE ON " + table
                    + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (" + condition + ") EXECUTE FUNCTION gate_"
                    + number + "()");
            return gate;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public void awaitSomebody() {
        Eventually.isTrue("somebody waits at the gate", this::hasWaiting);
    }

    private boolean hasWaiting() {
        return schema.query(
                        "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = ? AND NOT granted",
                        number)
                .equals("t");
    }

    /** Lets everybody through, now and later. */
    public void open() {
        if (!open) {
            open = true;
            run("SELECT pg_advisory_unlock(" + number + ")");
        }
    }

    private void run(String sql) {
        try (var statement = holder.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        open();
        schema.execute("DROP TRIGGER gate_" + number + " ON " + table);
        try {
            holder.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
