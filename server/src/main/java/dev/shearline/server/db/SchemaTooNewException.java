package dev.shearline.server.db;

/** The schema is of a later release than this one, which could only harm it. The message says what to do. */
public final class SchemaTooNewException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SchemaTooNewException(int found) {
        super("The schema is at version " + found + ", of a later release: this release ("
                + Migrations.SCHEMA_VERSION + ") does not know it, and has changed nothing. Migrate with the newest"
                + " release that you run.");
    }
}
