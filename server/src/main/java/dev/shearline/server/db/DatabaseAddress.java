package dev.shearline.server.db;

import dev.shearline.token.Secret;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;

/** Where PostgreSQL is and as whom to speak to it. */
public record DatabaseAddress(
        String host, int port, String database, String user, Secret password, Properties parameters) {

    public static final String SCHEMA = "shearline";

    static final int CONNECT_TIMEOUT_S = 2;
    static final int PATIENT_CONNECT_TIMEOUT_S = 15;
    static final int SOCKET_TIMEOUT_S = 30;
    static final int STATEMENT_TIMEOUT_MS = 10_000;
    static final int LOCK_TIMEOUT_MS = 5_000;
    static final int IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

    /**
     * Statements begin at once: neither are they compiled first, nor do they wait for processes to help them. Where PostgreSQL does not know
     * how small a table is, or is told to keep from reading it through, it believes that either would pay, for tens of milliseconds.
     */
    private static final String AT_ONCE = " -c jit=off -c max_parallel_workers_per_gather=0";

    private static final String READ_COMMITTED = " -c default_transaction_isolation=read\\ committed";

    public DatabaseAddress(String host, int port, String database, String user, Secret password) {
        this(host, port, database, user, password, new Properties());
    }

    public DatabaseAddress as(String otherUser, Secret otherPassword) {
        return new DatabaseAddress(host, port, database, otherUser, otherPassword, parameters);
    }

    public DatabaseAddress to(String otherDatabase) {
        return new DatabaseAddress(host, port, otherDatabase, user, password, parameters);
    }

    /**
     * A source of single connections with every wait bounded. A commit that anybody has seen is on disk, whatever the database does by
     * default: a lease or a revocation that a crash of the server takes back would undo what was answered, without a new server to notice.
     * Isolation is READ COMMITTED, whatever the database does by default: numbering looks for entries after it has the counter, and a
     * spend for a state after it has the row.
     */
    public PGSimpleDataSource dataSource(String applicationName) {
        return dataSource(applicationName, "");
    }

    /**
     * The same for who asks for single rows, with the same statements for days. The plans that PostgreSQL keeps for such statements are
     * made when the tables are small, and reading all of a small table is right; it stays the plan while the table grows, until an
     * ANALYZE. So these sessions read by index from the first row on, one row after the other: the queues among the tables leave dead
     * entries in their indexes, which such a scan marks and passes over the next time, while a bitmap scan visits every one of them.
     */
    PGSimpleDataSource pointReader(String applicationName) {
        return dataSource(
                applicationName,
                " -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off");
    }

    private PGSimpleDataSource dataSource(String applicationName, String moreOptions) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(user);
        source.setPassword(password.reveal());
        source.setCurrentSchema(SCHEMA);
        source.setApplicationName(applicationName);
        source.setConnectTimeout(CONNECT_TIMEOUT_S);
        source.setLoginTimeout(CONNECT_TIMEOUT_S);
        source.setSocketTimeout(SOCKET_TIMEOUT_S);
        source.setTcpKeepAlive(true);
        // the detail of an error is the row at fault, and errors are logged
        source.setLogServerErrorDetail(false);
        source.setReWriteBatchedInserts(true);
        source.setOptions("-c statement_timeout=" + STATEMENT_TIMEOUT_MS + " -c lock_timeout=" + LOCK_TIMEOUT_MS
                + " -c idle_in_transaction_session_timeout=" + IDLE_IN_TRANSACTION_TIMEOUT_MS
                + " -c synchronous_commit=on -c TimeZone=UTC" + AT_ONCE + READ_COMMITTED
                + moreOptions);
        applyParameters(source);
        return source;
    }

    /** The same without bounds on statements: a migration may rewrite a table for hours. */
    PGSimpleDataSource unboundedDataSource(String applicationName) {
        var source = dataSource(applicationName);
        source.setOptions("-c TimeZone=UTC" + AT_ONCE + READ_COMMITTED);
        source.setConnectTimeout(PATIENT_CONNECT_TIMEOUT_S);
        source.setLoginTimeout(PATIENT_CONNECT_TIMEOUT_S);
        source.setSocketTimeout(0);
        applyParameters(source);
        return source;
    }

    private void applyParameters(PGSimpleDataSource source) {
        parameters.stringPropertyNames().forEach(name -> set(source, name, parameters.getProperty(name)));
    }

    private static void set(PGSimpleDataSource source, String name, String value) {
        try {
            source.setProperty(name, value);
        } catch (SQLException e) {
            throw new IllegalArgumentException("unknown parameter of the database address: " + name, e);
        }
    }

    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
