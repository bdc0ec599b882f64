package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
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

/** The changes of an organization, each inside a transaction in it: rows, event, entries. */
final class OrganizationEdits {

    /** The name of a personal organization whose person has none, or none any more. */
    static final String NAMELESS = "Personal";

    private static final String ADMIN_AUDIENCE_PREFIX = "aud_";

    private final OrganizationStore store = new OrganizationStore();
    private final Changes changes;
    private final Ids ids;
    private final InstantSource clock;

    OrganizationEdits(Changes changes, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.ids = ids;
        this.clock = clock;
    }

    /** What {@link #insert} will store; its id is needed before the transaction begins, for that is in it. */
    OrganizationRow draft(String plan, String name, Optional<String> externalId, Optional<UserId> personalUser) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new OrganizationRow(
                ids.organization(),
                externalId,
                name,
                OrganizationStatus.ACTIVE,
                plan,
                personalUser,
                ids.text(ADMIN_AUDIENCE_PREFIX),
                1,
                now,
                now);
    }

    /** False when its external id is taken, or its user has a personal organization: then nothing is written. */
    boolean insert(Tx tx, Caller caller, OrganizationRow row) {
        if (!store.insert(tx, row)) {
            return false;
        }
        store.insertRoot(tx, row);
        changes.record(
                tx,
                caller,
                naming(AuditEvent.of(row.id(), "organization.created", row.id().value()), row, "name", row.name())
                        .with("plan", row.plan())
                        .with("external_id", row.externalId())
                        .with("personal_user", row.personalUser().map(UserId::value)),
                Change.in(row.id(), ChangeKind.ORGANIZATION_CHANGED, row.id().value(), row.version()),
                Change.in(row.id(), ChangeKind.UNIT_CHANGED, row.id().value(), 1));
        return true;
    }

    /** Locks an organization that changes are still made in: any but a closed one. */
    OrganizationRow lockOpen(Tx tx, OrganizationId id) {
        var row = lock(tx, id);
        if (row.status() == OrganizationStatus.CLOSED) {
            throw Inputs.invalidState("The organization is closed, which is final.");
        }
        return row;
    }

    OrganizationRow lock(Tx tx, OrganizationId id) {
        return store.lock(tx, id).orElseThrow(References::notFound);
    }

    OrganizationRow rename(Tx tx, Caller caller, OrganizationRow row, String name) {
        if (row.name().equals(name)) {
            return row;
        }
        int rootVersion = store.rename(tx, row.id(), name, now());
        var event = AuditEvent.of(row.id(), "organization.updated", row.id().value());
        changes.record(
                tx,
                caller,
                naming(naming(event, row, "name", name), row, "previous_name", row.name()),
                Change.in(row.id(), ChangeKind.ORGANIZATION_CHANGED, row.id().value(), row.version() + 1),
                Change.in(row.id(), ChangeKind.UNIT_CHANGED, row.id().value(), rootVersion));
        return lock(tx, row.id());
    }

    /** A personal organization is called like its person: that must not be in bytes that stay. */
    private static AuditEvent naming(AuditEvent event, OrganizationRow row, String field, String name) {
        return row.personalUser().isPresent() ? event.withPersonal(field, Optional.of(name)) : event.with(field, name);
    }

    OrganizationRow setStatus(Tx tx, Caller caller, OrganizationRow row, OrganizationStatus status) {
        if (row.status() == status) {
            return row;
        }
        store.setStatus(tx, row.id(), status, now());
        var action = switch (status) {
            case ACTIVE -> "organization.resumed";
            case SUSPENDED -> "organization.suspended";
            case CLOSED -> "organization.closed";
        };
        var kind = switch (status) {
            case ACTIVE -> ChangeKind.ORGANIZATION_CHANGED;
            case SUSPENDED -> ChangeKind.ORGANIZATION_SUSPENDED;
            case CLOSED -> ChangeKind.ORGANIZATION_CLOSED;
        };
        changes.record(
                tx,
                caller,
                AuditEvent.of(row.id(), action, row.id().value()),
                Change.in(row.id(), kind, row.id().value(), row.version() + 1));
        return lock(tx, row.id());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
