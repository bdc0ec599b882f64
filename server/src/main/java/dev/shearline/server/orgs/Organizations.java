package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.Ref;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Organizations: founded, suspended and closed by operators, named by those who may manage them. */
public final class Organizations {

    /** How often a PUT looks again when another one was quicker. */
    static final int TRIES_MAX = 5;

    private final OrganizationStore store = new OrganizationStore();
    private final Changes changes;
    private final References references;
    private final OrganizationEdits edits;
    private final String defaultPlan;

    /** @param defaultPlan the plan that a new organization has */
    public Organizations(Changes changes, References references, Ids ids, InstantSource clock, String defaultPlan) {
        this.changes = changes;
        this.references = references;
        this.edits = new OrganizationEdits(changes, ids, clock);
        this.defaultPlan = defaultPlan;
    }

    public Changed<Organization> create(Caller caller, NewOrganization wanted) {
        Authority.requireOperator(caller, "create organizations");
        var draft = edits.draft(
                defaultPlan,
                Inputs.name("name", wanted.name()),
                wanted.externalId().map(Inputs::externalId),
                Optional.empty());
        var committed = changes.commit(caller, draft.id(), tx -> {
            if (!edits.insert(tx, caller, draft)) {
                throw Inputs.exists("An organization");
            }
            return draft.shown();
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** Makes the organization what the host platform says it is; writes nothing when it is that already. */
    public Upserted<Organization> put(Caller caller, String externalId, OrganizationContent content) {
        Authority.requireOperator(caller, "provision organizations");
        var name = Inputs.name("name", content.name());
        for (int attempt = 1; attempt <= TRIES_MAX; attempt++) {
            var known = references.findOrganization(caller, new Ref.ByExternalId(externalId));
            var done = known.isPresent()
                    ? renameIfOpen(caller, known.get(), name)
                    : insert(caller, edits.draft(defaultPlan, name, Optional.of(externalId), Optional.empty()));
            if (done.isPresent()) {
                return new Upserted<>(known.isEmpty(), changes.propagate(done.get(), FeedNode.WIDENING_WAIT));
            }
        }
        throw Problem.of(
                        ProblemCode.CONFLICT,
                        "This organization is being created and closed by others at the same time: repeat the request.")
                .asException();
    }

    private Optional<Committed<Organization>> insert(Caller caller, OrganizationRow draft) {
        var committed = changes.commit(caller, draft.id(), tx -> edits.insert(tx, caller, draft));
        return committed.value() ? Optional.of(committed.with(draft.shown())) : Optional.empty();
    }

    /** Empty when it was closed meanwhile: its external id is free again. */
    private Optional<Committed<Organization>> renameIfOpen(Caller caller, OrganizationRow known, String name) {
        var committed = changes.commit(caller, known.id(), tx -> {
            var row = edits.lock(tx, known.id());
            return row.status() == OrganizationStatus.CLOSED
                    ? Optional.<Organization>empty()
                    : Optional.of(edits.rename(tx, caller, row, name).shown());
        });
        return committed.value().map(committed::with);
    }

    public Organization get(Caller caller, Ref ref) {
        return references.organizationRow(caller, ref).shown();
    }

    /** Operators see all, closed ones when they ask for them; others the one they belong to. */
    Page<Organization> list(Caller caller, Optional<OrganizationStatus> status, Slice slice) {
        var statuses = status.map(List::of).orElse(List.of(OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED));
        var rows = references.read(caller, tx -> store.list(tx, Set.copyOf(statuses), slice));
        var page = slice.page(rows, OrganizationRow::position);
        return new Page<>(page.items().stream().map(OrganizationRow::shown).toList(), page.nextCursor());
    }

    public Changed<Organization> update(Caller caller, Ref ref, Optional<String> newName) {
        var name = newName.map(text -> Inputs.name("name", text));
        return change(caller, ref, FeedNode.WIDENING_WAIT, (tx, row) -> {
            Authority.requireWhole(changes.renewed(tx, caller), row.id());
            return edits.rename(tx, caller, requireOpen(row), name.orElse(row.name()));
        });
    }

    /** Its keys stop at once; everything is kept. */
    public Changed<Organization> suspend(Caller caller, Ref ref) {
        return operatorChange(caller, ref, "suspend an organization", OrganizationStatus.SUSPENDED);
    }

    public Changed<Organization> resume(Caller caller, Ref ref) {
        return operatorChange(caller, ref, "resume an organization", OrganizationStatus.ACTIVE);
    }

    /** Final: its keys stop, its external id is free, its rows are purged later. */
    public Changed<Organization> close(Caller caller, Ref ref) {
        return operatorChange(caller, ref, "close an organization", OrganizationStatus.CLOSED);
    }

    /** Who may see the organization is told that it takes an operator; who may not is told that there is none. */
    private Changed<Organization> operatorChange(Caller caller, Ref ref, String what, OrganizationStatus status) {
        var patience = status == OrganizationStatus.ACTIVE ? FeedNode.WIDENING_WAIT : FeedNode.REMOVING_WAIT;
        return change(caller, ref, patience, (tx, row) -> {
            Authority.requireOperator(caller, what);
            return edits.setStatus(tx, caller, status == OrganizationStatus.CLOSED ? row : requireOpen(row), status);
        });
    }

    private Changed<Organization> change(
            Caller caller, Ref ref, Duration patience, BiFunction<Tx, OrganizationRow, OrganizationRow> change) {
        var id = references.organizationRow(caller, ref).id();
        var committed = changes.commit(
                caller, id, tx -> change.apply(tx, edits.lock(tx, id)).shown());
        return changes.propagate(committed, patience);
    }

    private static OrganizationRow requireOpen(OrganizationRow row) {
        if (row.status() == OrganizationStatus.CLOSED) {
            throw Inputs.invalidState("The organization is closed, which is final.");
        }
        return row;
    }
}
