package dev.shearline.server.changes;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;

/**
 * Hears of every event inside the transaction that makes it so, and keeps what others are to be told of. It only writes what can be put off
 * ({@link Tx#writeLater}): whoever makes a change does not wait for it.
 */
@FunctionalInterface
public interface Outbox {

    /** Keeps nothing: of commands that are no server, and of tests. */
    Outbox NONE = (_, _, _, _) -> {};

    /** @param place the id and the time of the event in the audit log */
    void write(Tx tx, Caller caller, AuditEvent event, AuditLog.Place place);
}
