package dev.shearline.server.db;

/**
 * The connection was lost while a COMMIT was under way: the change is in the database, or it is not. Or, of a change that takes several
 * transactions, some are committed and a later one failed.
 */
public final class OutcomeUnknownException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(Throwable cause) {
        super("the outcome of the commit is unknown", cause);
    }
}
