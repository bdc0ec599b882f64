package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Page;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.UnitId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The host's things that somebody has registered: whose they are, for people who choose what a key is limited to. No verification depends on
 * them, so nothing of them goes through the feed. See docs/decisions/0019.
 */
public final class Resources {

    private static final String ID_PREFIX = "res_";

    private final ResourceStore store = new ResourceStore();
    private final UnitStore units = new UnitStore();
    private final Changes changes;
    private final References references;
    private final Ids ids;
    private final InstantSource clock;
    private final OrganizationEdits organizations;

    public Resources(Changes changes, References references, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.references = references;
        this.ids = ids;
        this.clock = clock;
        this.organizations = new OrganizationEdits(changes, ids, clock);
    }

    /** What a PUT left. */
    record Put(boolean created, Resource resource) {}

    /** Takes rights at the unit where it is, and where it is to be. Writes nothing when it is so already. */
    Put put(Caller caller, ResourceName resource, ResourceContent content) {
        Authority.requireSight(caller);
        var name = content.name().map(text -> Inputs.name("name", text));
        var organization = references.organizationOrOwn(caller, content.organization());
        return changes.commit(caller, organization, tx -> {
                    organizations.lockOpen(tx, organization);
                    var now = changes.renewed(tx, caller);
                    var known = store.find(tx, organization, resource);
                    known.ifPresent(row -> Authority.requireReach(now, organization, row.unit()));
                    var root = UnitId.rootOf(organization);
                    var unit = content.unit()
                            .map(ref -> unit(tx, organization, ref))
                            .over(known.map(ResourceRow::unit))
                            .orElse(root);
                    Authority.requireReach(now, organization, unit);
                    return known.isPresent()
                            ? new Put(
                                    false,
                                    update(
                                            tx,
                                            caller,
                                            known.get(),
                                            unit,
                                            name.over(known.get().name())))
                            : new Put(
                                    true,
                                    insert(tx, caller, organization, resource, unit, name.over(Optional.empty())));
                })
                .value();
    }

    private UnitId unit(Tx tx, OrganizationId organization, Ref ref) {
        return units.find(tx, Optional.of(organization), ref)
                .filter(UnitRow::active)
                .map(UnitRow::id)
                .orElseThrow(() -> References.notFound("unit"));
    }

    private Resource insert(
            Tx tx,
            Caller caller,
            OrganizationId organization,
            ResourceName resource,
            UnitId unit,
            Optional<String> name) {
        var now = now();
        var row = new ResourceRow(ids.text(ID_PREFIX), organization, resource, unit, name, now, now);
        store.insert(tx, row);
        record(tx, caller, row, "created");
        return row.shown();
    }

    private Resource update(Tx tx, Caller caller, ResourceRow row, UnitId unit, Optional<String> name) {
        if (row.unit().equals(unit) && row.name().equals(name)) {
            return row.shown();
        }
        var changed = new ResourceRow(row.id(), row.organization(), row.resource(), unit, name, row.createdAt(), now());
        store.update(tx, changed);
        record(tx, caller, changed, "updated");
        return changed.shown();
    }

    Resource get(Caller caller, Optional<Ref> organization, ResourceName resource) {
        return find(caller, organization, resource).shown();
    }

    private ResourceRow find(Caller caller, Optional<Ref> organization, ResourceName resource) {
        Authority.requireSight(caller);
        var home = references.organizationOrOwn(caller, organization);
        return references.read(caller, tx -> store.find(tx, home, resource).orElseThrow(References::notFound));
    }

    /** Of one organization, of one unit of it, or, for an operator who names neither, of all. */
    Page<Resource> list(
            Caller caller, Optional<Ref> organization, Optional<Ref> unit, Optional<String> type, Slice slice) {
        Authority.requireSight(caller);
        var at = unit.map(ref -> references.unitRow(caller, organization, Optional.empty(), ref, true));
        var home = at.map(UnitRow::organization)
                .or(() -> organization.map(ref -> references.resolveOrganization(caller, ref)))
                .or(() -> caller.actor().organizationOf());
        var filter = new ResourceStore.Filter(home, at.map(UnitRow::id), type);
        var rows = references.read(caller, tx -> store.list(tx, filter, slice));
        var page = slice.page(rows, ResourceRow::position);
        return new Page<>(page.items().stream().map(ResourceRow::shown).toList(), page.nextCursor());
    }

    /** Keys that are limited to it stay so. */
    Resource remove(Caller caller, Optional<Ref> organization, ResourceName resource) {
        var located = find(caller, organization, resource);
        return changes.commit(caller, located.organization(), tx -> {
                    organizations.lock(tx, located.organization());
                    var row = store.find(tx, located.organization(), resource).orElseThrow(References::notFound);
                    Authority.requireReach(changes.renewed(tx, caller), row.organization(), row.unit());
                    store.remove(tx, row);
                    record(tx, caller, row, "removed");
                    return row.shown();
                })
                .value();
    }

    private void record(Tx tx, Caller caller, ResourceRow row, String what) {
        changes.record(
                tx,
                caller,
                AuditEvent.of(row.organization(), "resource." + what, row.id())
                        .with("resource", row.resource().toString())
                        .with("unit", row.unit().value())
                        .with("name", row.name()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
