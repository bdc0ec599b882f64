package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.limits.LimitSet;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The limits that all keys of an organization, a unit or a member share. */
public final class OwnerLimits {

    private final LimitStore store = new LimitStore();
    private final Changes changes;
    private final References references;
    private final OrganizationEdits organizations;
    private final InstantSource clock;

    public OwnerLimits(Changes changes, References references, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.references = references;
        this.organizations = new OrganizationEdits(changes, ids, clock);
        this.clock = clock;
    }

    /** What may have limits, and where it is. */
    record Owner(LimitStore.Table table, String noun, OrganizationId organization, String id) {}

    Owner organization(Caller caller, Ref ref) {
        var id = references.resolveOrganizationOfOld(caller, ref);
        return new Owner(LimitStore.Table.ORGANIZATION, "organization", id, id.value());
    }

    Owner unit(Caller caller, UnitKind kind, Optional<Ref> organization, Ref ref) {
        var row = references.unitRow(caller, organization, Optional.of(kind), ref, true);
        return new Owner(
                LimitStore.Table.UNIT, kind.wire(), row.organization(), row.id().value());
    }

    Owner member(Caller caller, Optional<Ref> organization, Ref ref) {
        var row = references.memberRow(caller, organization, ref, true);
        return new Owner(
                LimitStore.Table.MEMBERSHIP,
                "member",
                row.organization(),
                row.id().value());
    }

    SharedLimits get(Caller caller, Owner owner) {
        return references
                .read(caller, tx -> store.find(tx, owner))
                .map(limits -> SharedLimits.of(owner.id(), limits))
                .orElseThrow(References::notFound);
    }

    /** Whatever they were before; none lift them. */
    Changed<SharedLimits> put(Caller caller, Owner owner, SharedLimits.Content content) {
        requireMayLimit(caller, owner);
        var limits = content.checked();
        var committed = changes.commit(caller, owner.organization(), tx -> {
            organizations.lockOpen(tx, owner.organization());
            // whoever waited for the lock may be no owner any more
            requireMayLimit(changes.renewed(tx, caller), owner);
            var before = store.find(tx, owner).orElseThrow(References::notFound);
            if (!limits.equals(before)) {
                int version = store.set(tx, owner, limits, clock.instant().truncatedTo(ChronoUnit.MICROS));
                changes.record(
                        tx,
                        caller,
                        event(owner, before, limits),
                        Change.in(owner.organization(), owner.table().change(), owner.id(), version));
            }
            return SharedLimits.of(owner.id(), limits);
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    private static AuditEvent event(Owner owner, LimitSet before, LimitSet after) {
        return AuditEvent.of(owner.organization(), owner.noun() + ".limits_changed", owner.id())
                .with("limits", List.of(before.wire(), after.wire()));
    }

    /** What an organization could lift itself would limit nobody; inside it, it divides what it has. */
    private static void requireMayLimit(Caller caller, Owner owner) {
        if (Authority.isOperator(caller)) {
            return;
        }
        if (owner.table() == LimitStore.Table.ORGANIZATION) {
            throw Authority.operatorOnly("limit an organization");
        }
        if (!caller.actor().changesPolicy(owner.organization())) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "Limits of members and units are the organization's: setting them takes the role owner there, or a key of"
                                    + " the organization that holds policies:write.")
                    .asException();
        }
    }
}
