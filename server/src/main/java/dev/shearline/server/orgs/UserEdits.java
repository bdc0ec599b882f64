package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The changes of a user. A user belongs to no organization, so the events lie in the instance's chain, whichever organization the
 * transaction is about.
 */
final class UserEdits {

    private final UserStore store = new UserStore();
    private final Changes changes;
    private final Ids ids;
    private final InstantSource clock;

    UserEdits(Changes changes, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.ids = ids;
        this.clock = clock;
    }

    /** What a PUT left. */
    record Put(boolean created, UserRow row) {}

    /**
     * Empty when the external id is taken.
     *
     * @param home the organization that the transaction is in
     */
    Optional<UserRow> insert(
            Tx tx,
            Caller caller,
            OrganizationId home,
            Optional<String> externalId,
            String name,
            Optional<String> email) {
        var now = now();
        var row = new UserRow(ids.user(), externalId, name, email, UserStatus.ACTIVE, 1, now, now);
        if (!store.insert(tx, row)) {
            return Optional.empty();
        }
        record(tx, caller, home, row, "user.created", ChangeKind.USER_CHANGED, true);
        return Optional.of(row);
    }

    /** Makes the user of this external id what the host platform says; empty when they were removed meanwhile. */
    Optional<Put> put(Tx tx, Caller caller, OrganizationId home, String externalId, UserContent content) {
        var name = content.name().map(text -> Inputs.name("name", text));
        var email = content.email().map(Inputs::email);
        var known = store.findByExternalId(tx, externalId);
        if (known.isEmpty()) {
            var made = insert(tx, caller, home, Optional.of(externalId), name.orElse(""), email.over(Optional.empty()));
            if (made.isPresent()) {
                return made.map(row -> new Put(true, row));
            }
            // somebody else was quicker, and has committed: that is what the insert has waited for
            known = store.findByExternalId(tx, externalId);
        }
        return known.flatMap(row -> lock(tx, row.id()))
                .map(row -> new Put(false, update(tx, caller, home, row, name, email)));
    }

    /** Empty when the user has been removed. */
    Optional<UserRow> lock(Tx tx, UserId id) {
        return store.lock(tx, id).filter(row -> row.status() != UserStatus.REMOVED);
    }

    /** Writes nothing when name and e-mail are these already. */
    UserRow update(
            Tx tx,
            Caller caller,
            OrganizationId home,
            UserRow row,
            Optional<String> newName,
            Settable<String> newEmail) {
        var name = newName.orElse(row.name());
        var email = newEmail.over(row.email());
        if (row.name().equals(name) && row.email().equals(email)) {
            return row;
        }
        store.update(tx, row.id(), name, email, now());
        var changed = store.findById(tx, row.id()).orElseThrow();
        record(tx, caller, home, changed, "user.updated", ChangeKind.USER_CHANGED, true);
        return changed;
    }

    UserRow setStatus(Tx tx, Caller caller, OrganizationId home, UserRow row, UserStatus status) {
        if (row.status() == status) {
            return row;
        }
        store.setStatus(tx, row.id(), status, now());
        var changed = store.findById(tx, row.id()).orElseThrow();
        switch (status) {
            case ACTIVE -> record(tx, caller, home, changed, "user.enabled", ChangeKind.USER_CHANGED, false);
            case DISABLED -> record(tx, caller, home, changed, "user.disabled", ChangeKind.USER_DISABLED, false);
            case REMOVED -> record(tx, caller, home, changed, "user.removed", ChangeKind.USER_DISABLED, false);
        }
        return changed;
    }

    private void record(
            Tx tx,
            Caller caller,
            OrganizationId home,
            UserRow row,
            String action,
            ChangeKind kind,
            boolean withPersonalFields) {
        var event =
                AuditEvent.of(OrganizationId.INSTANCE, action, row.id().value()).with("external_id", row.externalId());
        if (withPersonalFields) {
            event = event.withPersonal("name", Optional.of(row.name())).withPersonal("email", row.email());
        }
        tx.enter(TenantContext.whole(caller.actor(), OrganizationId.INSTANCE));
        changes.record(tx, caller, event, Change.ofInstance(kind, row.id().value(), row.version()));
        tx.enter(TenantContext.whole(caller.actor(), home));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
