package dev.shearline.server.db;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The node's own connections, as {@code shearline_node}: across tenants, but only the columns that the directory and authentication
 * need. Every statement commits by itself, except in a snapshot.
 */
public final class NodeDatabase implements AutoCloseable {

    static final int POOL_SIZE = 4;

    private final DataSource source;
    private final HikariDataSource pool;
    private final Jdbi pooled;
    private final Jdbi dedicated;

    public NodeDatabase(DatabaseAddress address) {
        source = new GuardedDataSource(address.pointReader("shearline node"), RuntimeRole.NODE);
        pool = Database.pool(source, "shearline node", POOL_SIZE);
        pooled = Database.jdbi(pool);
        dedicated = Database.jdbi(source);
    }

    /** One autocommitted call, or a few that need not belong together. */
    public <T> T call(Function<Handle, T> work) {
        try (var handle = pooled.open()) {
            return work.apply(handle);
        } catch (RuntimeException e) {
            throw SqlErrors.isUnavailable(e) ? new DatabaseUnavailableException(e) : e;
        }
    }

    /** From now on calls go over connections that are opened anew, to wherever the address leads then. */
    public void reconnect() {
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** A connection of one's own, outside the pool, for a thread that needs one as long as it lives. */
    public Handle open() {
        return dedicated.open();
    }

    /** The same for LISTEN, which no library above JDBC speaks. */
    public Connection openConnection() throws SQLException {
        return source.getConnection();
    }

    @Override
    public void close() {
        pool.close();
    }
}
