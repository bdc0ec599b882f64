package dev.shearline.server.db;

import java.sql.SQLException;

/** The database lets this connection do what would break a promise, or cannot do what is needed. The message says what to do. */
public final class UnfitRoleException extends SQLException {

    private static final long serialVersionUID = 1L;

    /** Invalid authorization: no connection of this kind comes about. */
    private static final String SQL_STATE = "28000";

    UnfitRoleException(String message) {
        super(message, SQL_STATE);
    }
}
