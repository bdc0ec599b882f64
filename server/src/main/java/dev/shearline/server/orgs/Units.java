package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitKind;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Departments and teams. */
public final class Units {

    /** How many members lose their roles at a removed unit in one transaction. */
    static final int MEMBERS_MAX = 500;

    private final UnitStore store = new UnitStore();
    private final Changes changes;
    private final References references;
    private final OwnedKeys keys;
    private final OrganizationEdits organizations;
    private final UnitEdits edits;
    private final MemberEdits members;

    public Units(Changes changes, References references, Ids ids, InstantSource clock, OwnedKeys keys) {
        this.changes = changes;
        this.references = references;
        this.keys = keys;
        this.organizations = new OrganizationEdits(changes, ids, clock);
        this.edits = new UnitEdits(changes, ids, clock);
        this.members = new MemberEdits(changes, ids, clock);
    }

    public Changed<Unit> create(Caller caller, UnitKind kind, NewUnit wanted) {
        var name = Inputs.name("name", wanted.name());
        var externalId = wanted.externalId().map(Inputs::externalId);
        if (externalId.isPresent()) {
            Authority.requireOperator(caller, "give external ids");
        }
        var organization = references.organizationOrOwn(caller, wanted.organization());
        var committed = changes.commit(caller, organization, tx -> {
            organizations.lockOpen(tx, organization);
            var parent = edits.parent(tx, organization, kind, wanted.department());
            Authority.requireReach(changes.renewed(tx, caller), organization, parent);
            return edits.insert(tx, caller, organization, kind, name, externalId, parent)
                    .orElseThrow(() -> Inputs.exists("A department or team"))
                    .shown();
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** Makes the unit what the host platform says it is; writes nothing when it is that already. */
    public Upserted<Unit> put(Caller caller, UnitKind kind, String externalId, UnitContent content) {
        Authority.requireOperator(caller, "provision departments and teams");
        var organization = references.resolveOrganization(caller, content.organization());
        var provided = new UnitField.Provided(externalId, content.name(), content.department());
        var committed = changes.commit(caller, organization, tx -> {
            organizations.lockOpen(tx, organization);
            return edits.put(tx, caller, organization, kind, provided);
        });
        var put = committed.value();
        return new Upserted<>(
                put.created(), changes.propagate(committed.with(put.row().shown()), FeedNode.REMOVING_WAIT));
    }

    public Unit get(Caller caller, UnitKind kind, Optional<Ref> organization, Ref ref) {
        return references
                .unitRow(caller, organization, Optional.of(kind), ref, true)
                .shown();
    }

    /** Of one organization, of one department of it, or, for an operator who names neither, of all. */
    Page<Unit> list(Caller caller, UnitKind kind, Optional<Ref> organization, Optional<Ref> department, Slice slice) {
        var rows = department
                .map(ref -> listOfDepartment(caller, kind, organization, ref, slice))
                .orElseGet(() -> listOfOrganization(caller, kind, organization, slice));
        var page = slice.page(rows, UnitRow::position);
        return new Page<>(page.items().stream().map(UnitRow::shown).toList(), page.nextCursor());
    }

    private List<UnitRow> listOfDepartment(
            Caller caller, UnitKind kind, Optional<Ref> organization, Ref ref, Slice slice) {
        if (kind != UnitKind.TEAM) {
            throw Problem.of(ProblemCode.UNKNOWN_PARAMETER, "Departments are not nested: remove \"department\".")
                    .withField("department")
                    .asException();
        }
        var department = references.unitRow(caller, organization, Optional.of(UnitKind.DEPARTMENT), ref, true);
        return references.read(caller, tx -> store.listOfDepartment(tx, department, kind, slice));
    }

    private List<UnitRow> listOfOrganization(Caller caller, UnitKind kind, Optional<Ref> organization, Slice slice) {
        if (organization.isEmpty() && Authority.isOperator(caller)) {
            return references.read(caller, tx -> store.listOfAll(tx, kind, slice));
        }
        var home = references.organizationOrOwn(caller, organization);
        return references.read(caller, tx -> store.listOfOrganization(tx, home, kind, slice));
    }

    /** Renames, or moves a team: it leaves the boundary of one department for that of another. */
    public Changed<Unit> update(Caller caller, UnitKind kind, Optional<Ref> organization, Ref ref, UnitPatch patch) {
        var name = patch.name().map(text -> Inputs.name("name", text));
        var located = references.unitRow(caller, organization, Optional.of(kind), ref, true);
        var committed = changes.commit(caller, located.organization(), tx -> {
            organizations.lockOpen(tx, located.organization());
            var row = store.findById(tx, located.id()).filter(UnitRow::active).orElseThrow(References::notFound);
            var parent = edits.parent(tx, row, patch.department());
            var now = changes.renewed(tx, caller);
            Authority.requireReach(now, row.organization(), row.id());
            if (!Optional.of(parent).equals(row.parent())) {
                Authority.requireReach(now, row.organization(), parent);
            }
            return edits.update(tx, caller, row, name.orElse(row.name()), parent)
                    .shown();
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    /**
     * Removes a unit without children; with it go the roles and, if that is asked for, the keys at it: otherwise they must have been moved or
     * revoked before. More of them than one transaction should hold go in
     * following ones, being dead already since their unit is. Repeated, it goes on with what an interrupted removal left.
     */
    public Changed<Unit> remove(Caller caller, UnitKind kind, Optional<Ref> organization, Ref ref, boolean withKeys) {
        var located = references.unitRow(caller, organization, Optional.of(kind), ref, false);
        Authority.requireReach(caller, located.organization(), located.id());
        var steps = new Steps();
        Committed<Step> step;
        do {
            step = steps.next(() -> changes.commit(caller, located.organization(), tx -> {
                organizations.lock(tx, located.organization());
                var row = store.findById(tx, located.id()).orElseThrow(References::notFound);
                if (row.active()) {
                    // who has removed it may have had their role there
                    Authority.requireReach(changes.renewed(tx, caller), row.organization(), row.id());
                }
                if (row.active() && !withKeys) {
                    requireNoKeys(keys.countAtUnit(tx, row.organization(), row.id()), kind);
                }
                var removed = row.active() ? edits.remove(tx, caller, row) : row;
                boolean rolesLeft = members.removeRolesAt(tx, caller, row.id(), MEMBERS_MAX);
                int keysLeft = keys.revokeAtUnit(tx, caller, row.organization(), row.id());
                return new Step(removed, rolesLeft || keysLeft > 0);
            }));
        } while (step.value().more());
        // the last commit is numbered after the others: who has it has them all
        return changes.propagate(step.with(step.value().row().shown()), FeedNode.REMOVING_WAIT);
    }

    private static void requireNoKeys(int living, UnitKind kind) {
        if (living > 0) {
            throw Inputs.invalidState(
                    "The " + kind.wire() + " has " + living + (living == 1 ? " key" : " keys")
                            + " that can be used: move or revoke them first, or revoke them with it: ?keys=revoke, on the command line --revoke-keys.");
        }
    }

    private record Step(UnitRow row, boolean more) {}
}
