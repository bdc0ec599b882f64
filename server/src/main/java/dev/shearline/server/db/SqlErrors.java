package dev.shearline.server.db;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the SQLSTATE of a failure. */
final class SqlErrors {

    private static final Set<String> RETRYABLE = Set.of("40001", "40P01");
    /** statement cancelled (its time-out), lock not available, too many connections, disk full, out of memory. */
    private static final Set<String> OVERLOADED = Set.of("57014", "55P03", "53300", "53100", "53200", "53400");

    private SqlErrors() {}

    static boolean isRetryable(Throwable failure) {
        return state(failure).filter(RETRYABLE::contains).isPresent();
    }

    /** The connection is gone (08…), or the server is going or coming (57P0…). */
    static boolean isConnectionLost(Throwable failure) {
        return find(failure)
                .filter(e -> e instanceof SQLTransientConnectionException || isLost(e.getSQLState()))
                .isPresent();
    }

    private static boolean isLost(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    static boolean isUnavailable(Throwable failure) {
        return isConnectionLost(failure)
                || state(failure).filter(OVERLOADED::contains).isPresent();
    }

    private static Optional<String> state(Throwable failure) {
        return find(failure).map(SQLException::getSQLState);
    }

    private static Optional<SQLException> find(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }
}
