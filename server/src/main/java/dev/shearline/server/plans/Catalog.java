package dev.shearline.server.plans;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Names;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What there is to grant: scopes, built in and the operators' own, and the roles that hold them.
 *
 * <p>A scope is deleted only when no key that lives, or could live again, and no member holds it: otherwise a scope of the same name, made later for
 * something else, would be in the hands of keys that were never given it.
 */
public final class Catalog {

    static final int DESCRIPTION_MAX = 1000;

    /** Which roles hold a scope of which nothing else is said. */
    static final List<String> ROLES_DEFAULT = List.of("developer", "admin", "owner");

    private final CatalogStore store = new CatalogStore();
    private final Database database;
    private final Changes changes;
    private final InstantSource clock;

    public Catalog(Database database, Changes changes, InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.clock = clock;
    }

    /** Inside the transaction that grants them: the first of these scopes that nobody has defined. Known ones stay until its commit. */
    public Optional<Scope> findUnknown(Tx tx, ScopeSet scopes) {
        var known = known(tx, scopes);
        return scopes.scopes().stream()
                .filter(scope -> !known.contains(scope.value()))
                .findFirst();
    }

    private Set<String> known(Tx tx, ScopeSet scopes) {
        var known = new LinkedHashSet<String>();
        known.add(Scope.FULL_ACCESS.value());
        var plain = scopes.scopes().stream()
                .filter(scope -> !scope.isPattern())
                .map(Scope::value)
                .toList();
        var rows = store.findAll(tx, plain);
        // built-in ones are never deleted: there is no need to write locks into rows that every key uses
        var own = rows.stream()
                .filter(row -> !row.shown().builtIn())
                .map(row -> row.shown().name().value())
                .toList();
        rows.stream()
                .filter(row -> row.shown().builtIn())
                .forEach(row -> known.add(row.shown().name().value()));
        if (!own.isEmpty()) {
            known.addAll(store.hold(tx, own));
        }
        var resources = scopes.scopes().stream()
                .filter(Scope::isPattern)
                .map(Scope::resource)
                .filter(resource -> !resource.isEmpty())
                .toList();
        if (!resources.isEmpty()) {
            store.resources(tx, resources).forEach(resource -> known.add(resource + ":*"));
        }
        return known;
    }

    /** The same, ending the request with the problem that names the scope. */
    public void requireKnown(Tx tx, ScopeSet scopes) {
        findUnknown(tx, scopes).ifPresent(unknown -> {
            throw Problem.of(
                            ProblemCode.UNKNOWN_SCOPE,
                            "There is no scope \"" + unknown + "\": see GET /v1/scopes, or define it there.")
                    .withField("scopes")
                    .asException();
        });
    }

    /** The first of these scopes that a publishable key must not carry; no pattern may it carry, for those grow. */
    public Optional<Scope> findUnpublishable(Tx tx, ScopeSet scopes) {
        var publishable = new LinkedHashSet<String>();
        store.findAll(tx, scopes.wire()).stream()
                .map(CatalogStore.Row::shown)
                .filter(ScopeDefinition::publishable)
                .forEach(scope -> publishable.add(scope.name().value()));
        return scopes.scopes().stream()
                .filter(scope -> !publishable.contains(scope.value()))
                .findFirst();
    }

    public ScopeDefinition get(Caller caller, Scope name) {
        return read(caller, tx -> store.find(tx, name))
                .orElseThrow(Catalog::notFound)
                .shown();
    }

    /** By name. */
    Page<ScopeDefinition> list(Caller caller, boolean descending, Paging paging) {
        var after = paging.after().map(List::getFirst).orElse("");
        if (Scope.find(after).isEmpty() && !after.isEmpty()) {
            throw Problem.invalidParameter(Paging.CURSOR, "This \"cursor\" is not one of this list.")
                    .asException();
        }
        var rows = read(caller, tx -> store.list(tx, after, descending, paging.limit() + 1));
        return paging.page(
                rows.stream().map(CatalogStore.Row::shown).toList(),
                scope -> List.of(scope.name().value()));
    }

    public List<RoleDefinition> roles(Caller caller) {
        return read(caller, store::roles);
    }

    public Changed<ScopeDefinition> create(Caller caller, NewScope wanted) {
        Operators.require(caller, "define scopes");
        if (wanted.name().isPattern()) {
            throw invalid("name", "must be of the form resource:action: patterns follow from the scopes there are");
        }
        var scope = new ScopeDefinition(
                wanted.name(),
                title(wanted.title()),
                wanted.description().map(Catalog::description).orElse(""),
                wanted.roles().orElse(ROLES_DEFAULT).stream().distinct().toList(),
                wanted.publishable().orElse(false),
                false,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            requireRoles(tx, scope.name(), scope.roles());
            if (!store.insert(tx, scope)) {
                throw Problem.of(ProblemCode.ALREADY_EXISTS, "There is a scope of this name: change it with PATCH.")
                        .withField("name")
                        .asException();
            }
            record(tx, caller, "scope.created", new CatalogStore.Row(scope, 1));
            return scope;
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    public Changed<ScopeDefinition> update(Caller caller, Scope name, ScopePatch patch) {
        Operators.require(caller, "define scopes");
        var title = patch.title().map(Catalog::title);
        var description = patch.description().map(Catalog::description);
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            var row = lockOwn(tx, name);
            var before = row.shown();
            var after = new ScopeDefinition(
                    name,
                    title.orElse(before.title()),
                    description.orElse(before.description()),
                    patch.roles()
                            .map(roles -> roles.stream().distinct().toList())
                            .orElse(before.roles()),
                    patch.publishable().orElse(before.publishable()),
                    false,
                    before.createdAt());
            if (!after.equals(before)) {
                requireRoles(tx, name, after.roles());
                store.update(tx, after);
                record(tx, caller, "scope.updated", new CatalogStore.Row(after, row.version() + 1));
            }
            return after;
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    public Changed<ScopeDefinition> delete(Caller caller, Scope name) {
        Operators.require(caller, "define scopes");
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            var row = lockOwn(tx, name);
            // whoever is granting it holds the row: since the lock is ours, every key that has it is committed and seen
            // here
            if (isHeld(name)) {
                throw invalidState(
                        "Keys that can be used, or members, hold this scope: revoke them or change their scopes first.");
            }
            store.delete(tx, name);
            record(tx, caller, "scope.deleted", new CatalogStore.Row(row.shown(), row.version() + 1));
            return row.shown();
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    /** On a second connection, for only a transaction of its own may look across tenants, and that one cannot write. */
    private boolean isHeld(Scope name) {
        var now = DatabaseTimes.of(clock.instant());
        return database.acrossTenants("whether any key holds a scope", tx -> store.isHeld(tx, name, now));
    }

    private CatalogStore.Row lockOwn(Tx tx, Scope name) {
        var row = store.lock(tx, name).orElseThrow(Catalog::notFound);
        if (row.shown().builtIn()) {
            throw invalidState("This scope is built in: it can be neither changed nor deleted.");
        }
        return row;
    }

    private void requireRoles(Tx tx, Scope scope, List<String> wanted) {
        var roles = store.roles(tx);
        var names = roles.stream().map(RoleDefinition::name).toList();
        if (!names.containsAll(wanted)) {
            throw invalid("roles", "must be some of " + String.join(", ", names));
        }
        // owners have full access anyway; that is no surprise
        roles.stream()
                .filter(role -> !wanted.contains(role.name()) && hasPatternOver(role, scope))
                .findFirst()
                .ifPresent(role -> {
                    throw invalid(
                            "roles",
                            "must name " + role.name() + " too, which holds all of " + scope.resource()
                                    + ":*: list it, or choose a resource of your own");
                });
    }

    private static boolean hasPatternOver(RoleDefinition role, Scope scope) {
        return role.scopes().contains(scope.resource() + ":*");
    }

    private void record(Tx tx, Caller caller, String action, CatalogStore.Row row) {
        var scope = row.shown();
        var event = AuditEvent.of(OrganizationId.INSTANCE, action, scope.name().value())
                .with("title", scope.title())
                .with("description", scope.description())
                .with("roles", scope.roles())
                .with("publishable", scope.publishable());
        changes.record(
                tx, caller, event, Change.ofInstance(ChangeKind.CATALOG_CHANGED, Change.INSTANCE, row.version()));
    }

    private <T> T read(Caller caller, TxWork<T> work) {
        return database.read(TenantContext.whole(caller.actor(), OrganizationId.INSTANCE), work);
    }

    private static String title(String text) {
        var title = Names.normalize(text);
        Names.findFault(title).ifPresent(fault -> {
            throw invalid("title", fault);
        });
        return title;
    }

    private static String description(String text) {
        var description = Names.normalize(text);
        Names.findTextFault(description, DESCRIPTION_MAX).ifPresent(fault -> {
            throw invalid("description", fault);
        });
        return description;
    }

    private static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }

    private static ProblemException invalidState(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }

    private static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
