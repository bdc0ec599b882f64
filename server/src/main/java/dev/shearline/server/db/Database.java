package dev.shearline.server.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.shearline.token.ApiKeyId;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementException;
import org.jdbi.v3.core.statement.StatementExceptions;

/**
 * The application's transactions.
 *
 * <p>Each runs as {@code shearline_app}, which owns nothing and sees, under row-level security, the one organization that the
 * transaction's {@link TenantContext} names: a forgotten WHERE finds nothing of other tenants. Isolation is READ COMMITTED; what must
 * not race is locked (organization → unit → key). A serialization failure or a deadlock is tried again at most {@value #TRIES_MAX}
 * times in all. A connection lost while the COMMIT of a change is under way, and what goes with it ({@link Tx#writeLater}), is an
 * {@link OutcomeUnknownException}; any other loss changed nothing and is a {@link DatabaseUnavailableException}.
 */
public final class Database implements AutoCloseable {

    static final int TRIES_MAX = 4;
    static final long CONNECTION_WAIT_MS = 2_000;

    private static final String SET_CONTEXT = """
            SELECT set_config('shearline.context', :kind, true),
                   set_config('shearline.organization', :organization, true),
                   set_config('shearline.all', :all, true),
                   set_config('shearline.audiences', :audiences, true),
                   set_config('shearline.manages_all', :managesAll, true),
                   set_config('shearline.managed', :managed, true),
                   set_config('shearline.audit', :audit, true),
                   set_config('shearline.key', :held, true)
            """;
    private static final String SET_ACROSS_TENANTS = """
            SELECT set_config('shearline.context', :reason, true), set_config('shearline.across_tenants', 'on', true)
            """;

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    public Database(DatabaseAddress address, int poolSize) {
        pool = pool(
                new GuardedDataSource(address.dataSource("shearline app"), RuntimeRole.APPLICATION),
                "shearline app",
                poolSize);
        jdbi = jdbi(pool);
    }

    /**
     * One change: all of it or nothing. The caller hands what comes back to the feed, which numbers it and waits for the nodes; were it
     * forgotten, the next poll of any node would number it.
     */
    public <T> Committed<T> inTransaction(TenantContext context, TxWork<T> work) {
        return transact(Optional.of(context), handle -> setContext(handle, context), work, false);
    }

    /** Reads of one organization. */
    public <T> T read(TenantContext context, TxWork<T> work) {
        return transact(Optional.of(context), handle -> setContext(handle, context), work, true)
                .value();
    }

    /** Reads over all organizations; the callers are held to a list by the architecture test. Cannot write. */
    public <T> T acrossTenants(String reason, TxWork<T> work) {
        return transact(Optional.empty(), handle -> setAcrossTenants(handle, reason), work, true)
                .value();
    }

    private <T> Committed<T> transact(
            Optional<TenantContext> tenant, Consumer<Handle> context, TxWork<T> work, boolean readOnly) {
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(tenant, context, work, readOnly);
            } catch (DatabaseUnavailableException | OutcomeUnknownException e) {
                throw e;
            } catch (RuntimeException e) {
                if (!SqlErrors.isRetryable(e) || attempt == TRIES_MAX) {
                    throw SqlErrors.isUnavailable(e) || SqlErrors.isRetryable(e)
                            ? new DatabaseUnavailableException(e)
                            : e;
                }
            }
        }
    }

    private <T> Committed<T> attempt(
            Optional<TenantContext> tenant, Consumer<Handle> context, TxWork<T> work, boolean readOnly) {
        try (var handle = jdbi.open()) {
            handle.setReadOnly(readOnly);
            handle.begin();
            context.accept(handle);
            var tx = new Tx(handle, tenant);
            T value;
            try {
                value = work.in(tx);
            } catch (Throwable failure) {
                rollBack(handle, failure);
                throw failure;
            }
            commit(handle, tx, readOnly);
            return new Committed<>(value, tx.entries(), System.nanoTime());
        }
    }

    /** What only reads has changed nothing, however its COMMIT went. */
    private static void commit(Handle handle, Tx tx, boolean readOnly) {
        try {
            tx.commit();
        } catch (RuntimeException e) {
            rollBack(handle, e);
            throw SqlErrors.isConnectionLost(e) && !readOnly ? new OutcomeUnknownException(e) : e;
        }
    }

    private static void rollBack(Handle handle, Throwable failure) {
        try {
            handle.rollback();
        } catch (RuntimeException e) {
            // the connection is gone, and the transaction with it: the first failure is the one to report
            failure.addSuppressed(e);
        }
    }

    static void setContext(Handle handle, TenantContext context) {
        handle.createQuery(SET_CONTEXT)
                .bind("kind", context.kind())
                .bind("organization", context.organization().value())
                .bind("all", onOrOff(context.sees().isWhole()))
                .bind("audiences", String.join(",", context.sees().audienceIds()))
                .bind("managesAll", onOrOff(context.manages().isWhole()))
                .bind("managed", String.join(",", context.manages().audienceIds()))
                .bind("audit", onOrOff(context.audit()))
                .bind("held", context.held().map(ApiKeyId::toString).orElse(""))
                .mapTo(String.class)
                .one();
    }

    private static String onOrOff(boolean setting) {
        return setting ? "on" : "off";
    }

    private static void setAcrossTenants(Handle handle, String reason) {
        handle.createQuery(SET_ACROSS_TENANTS)
                .bind("reason", reason)
                .mapTo(String.class)
                .one();
    }

    static HikariDataSource pool(DataSource source, String name, int size) {
        var config = new HikariConfig();
        config.setDataSource(source);
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(CONNECTION_WAIT_MS);
        config.setValidationTimeout(CONNECTION_WAIT_MS / 2);
        // the server starts without its database and says 503 until it is there
        config.setInitializationFailTimeout(-1);
        // the driver sends the zone of this JVM, which wins over that of the options
        config.setConnectionInitSql("SET TIME ZONE 'UTC'");
        return new HikariDataSource(config);
    }

    static Jdbi jdbi(DataSource source) {
        var jdbi = Jdbi.create(source).registerArrayType(String.class, "text");
        // a failure is logged with its message: what was bound to the statement is not part of it
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementException::getShortMessage);
        return jdbi;
    }

    @Override
    public void close() {
        pool.close();
    }
}
