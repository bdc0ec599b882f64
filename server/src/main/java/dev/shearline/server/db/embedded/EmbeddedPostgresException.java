package dev.shearline.server.db.embedded;

/** Why the embedded PostgreSQL cannot be used, in sentences for the person who started it. */
public final class EmbeddedPostgresException extends RuntimeException {
    EmbeddedPostgresException(String message) {
        super(message);
    }

    EmbeddedPostgresException(String message, Throwable cause) {
        super(message, cause);
    }
}
