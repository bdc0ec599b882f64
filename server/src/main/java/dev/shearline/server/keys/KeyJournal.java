package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;

/** Says in the audit log and in the feed what has happened to a key, inside the transaction in which it happens. */
final class KeyJournal {

    private final Changes changes;

    KeyJournal(Changes changes) {
        this.changes = changes;
    }

    static AuditEvent event(OrganizationId organization, ApiKeyId id, String action) {
        return AuditEvent.of(organization, "key." + action, id.toString());
    }

    /** @param version what the key has after the change */
    void record(Tx tx, Caller caller, ChangeKind kind, ApiKeyId id, int version, AuditEvent event) {
        changes.record(tx, caller, event, Change.in(event.organization(), kind, id.toString(), version));
    }
}
