package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The changes of a department or team, each inside a transaction that holds its organization's lock. */
final class UnitEdits {

    private final UnitStore store = new UnitStore();
    private final ResourceStore resources = new ResourceStore();
    private final Changes changes;
    private final Ids ids;
    private final InstantSource clock;

    UnitEdits(Changes changes, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.ids = ids;
        this.clock = clock;
    }

    /** Where a unit hangs: a team below the department that is named, anything else below the organization. */
    UnitId parent(Tx tx, OrganizationId organization, UnitKind kind, Optional<Ref> department) {
        if (department.isEmpty()) {
            return UnitId.rootOf(organization);
        }
        requireTeam(kind);
        return store.find(tx, Optional.of(organization), department.get())
                .filter(unit -> unit.active() && unit.kind() == UnitKind.DEPARTMENT)
                .map(UnitRow::id)
                .orElseThrow(() -> References.notFound("department"));
    }

    /** The same for a change: what is not mentioned stays. */
    UnitId parent(Tx tx, UnitRow row, Settable<Ref> department) {
        return switch (department) {
            case Settable.Unset<Ref> _ -> row.parent().orElseThrow();
            case Settable.Cleared<Ref> _ -> UnitId.rootOf(row.organization());
            case Settable.Set<Ref>(var ref) -> parent(tx, row.organization(), row.kind(), Optional.of(ref));
        };
    }

    private static void requireTeam(UnitKind kind) {
        if (kind != UnitKind.TEAM) {
            throw Problem.of(
                            ProblemCode.UNKNOWN_FIELD,
                            "There is no field \"department\" here: departments are not nested. Remove it.")
                    .withField("department")
                    .asException();
        }
    }

    /** Empty when the external id is taken. */
    Optional<UnitRow> insert(
            Tx tx,
            Caller caller,
            OrganizationId organization,
            UnitKind kind,
            String name,
            Optional<String> externalId,
            UnitId parent) {
        var now = now();
        var row = new UnitRow(ids.unit(kind), organization, Optional.of(parent), externalId, name, true, 1, now, now);
        if (!store.insert(tx, row)) {
            return Optional.empty();
        }
        record(tx, caller, row, "created", ChangeKind.UNIT_CHANGED);
        return Optional.of(row);
    }

    /** Writes nothing when name and place are these already. */
    UnitRow update(Tx tx, Caller caller, UnitRow row, String name, UnitId parent) {
        if (row.name().equals(name) && row.parent().equals(Optional.of(parent))) {
            return row;
        }
        store.update(tx, row, name, Optional.of(parent), now());
        var changed = store.findById(tx, row.id()).orElseThrow();
        record(tx, caller, changed, "updated", ChangeKind.UNIT_CHANGED);
        return changed;
    }

    /** Makes the unit of this external id what the host platform says it is. */
    Put put(Tx tx, Caller caller, OrganizationId organization, UnitKind kind, UnitField.Provided content) {
        var externalId = Inputs.externalId(content.externalId());
        var name = Inputs.name("name", content.name());
        var known = store.findByExternalId(tx, organization, externalId);
        if (known.isEmpty()) {
            var parent = parent(tx, organization, kind, content.department().over(Optional.empty()));
            var row = insert(tx, caller, organization, kind, name, Optional.of(externalId), parent);
            return new Put(true, row.orElseThrow());
        }
        var row = known.get();
        if (row.kind() != kind) {
            throw Problem.of(
                            ProblemCode.ALREADY_EXISTS,
                            "This external id names a " + row.kind().wire() + " of the organization.")
                    .asException();
        }
        return new Put(false, update(tx, caller, row, name, parent(tx, row, content.department())));
    }

    /** What a PUT left. */
    record Put(boolean created, UnitRow row) {}

    UnitRow remove(Tx tx, Caller caller, UnitRow row) {
        if (store.hasChildren(tx, row)) {
            throw Inputs.invalidState("The department has teams: move or remove them first.");
        }
        if (resources.isAnyAt(tx, row)) {
            throw Inputs.invalidState("The " + row.kind().wire()
                    + " has resources: register them at another unit, or remove them, first.");
        }
        store.remove(tx, row, now());
        var removed = store.findById(tx, row.id()).orElseThrow();
        record(tx, caller, removed, "removed", ChangeKind.UNIT_REMOVED);
        return removed;
    }

    private void record(Tx tx, Caller caller, UnitRow row, String what, ChangeKind kind) {
        changes.record(
                tx,
                caller,
                AuditEvent.of(
                                row.organization(),
                                row.kind().wire() + "." + what,
                                row.id().value())
                        .with("name", row.name())
                        .with("parent", row.parent().map(UnitId::value))
                        .with("external_id", row.externalId()),
                Change.in(row.organization(), kind, row.id().value(), row.version()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
