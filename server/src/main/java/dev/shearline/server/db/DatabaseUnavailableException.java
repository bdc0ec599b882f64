package dev.shearline.server.db;

/** PostgreSQL cannot be reached, is overloaded or took too long. Nothing was changed. */
public final class DatabaseUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DatabaseUnavailableException(Throwable cause) {
        super("the database is unavailable", cause);
    }
}
