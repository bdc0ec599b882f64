package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Action;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The changes of a membership, each inside a transaction that holds its organization's lock. */
final class MemberEdits {

    static final int ROLES_MAX = 100;
    static final int SCOPES_MAX = 100;

    private final MemberStore store = new MemberStore();
    private final RoleStore roleStore = new RoleStore();
    private final UnitStore units = new UnitStore();
    private final Changes changes;
    private final Ids ids;
    private final InstantSource clock;

    MemberEdits(Changes changes, Ids ids, InstantSource clock) {
        this.changes = changes;
        this.ids = ids;
        this.clock = clock;
    }

    /** What a body asks for, checked: each unit is one of the organization, and nobody gives what they do not have. */
    List<RoleAt> resolve(Tx tx, OrganizationRow organization, List<GrantField> wanted) {
        if (wanted.size() > ROLES_MAX) {
            throw Inputs.invalid("roles", "must have at most " + ROLES_MAX + " entries");
        }
        var resolved = new LinkedHashSet<RoleAt>();
        for (var grant : wanted) {
            resolved.add(new RoleAt(unit(tx, organization, grant.unit()), grant.role()));
        }
        return List.copyOf(resolved);
    }

    /** The same, of roles that the caller may give. */
    List<RoleAt> given(Tx tx, Caller caller, OrganizationRow organization, List<GrantField> wanted) {
        var roles = resolve(tx, organization, wanted);
        requireHeld(tx, caller, organization.id(), roles);
        return roles;
    }

    private UnitId unit(Tx tx, OrganizationRow organization, Optional<Ref> wanted) {
        var root = UnitId.rootOf(organization.id());
        if (wanted.isEmpty()) {
            return root;
        }
        var found = units.find(tx, Optional.of(organization.id()), wanted.get())
                .filter(UnitRow::active)
                .map(UnitRow::id);
        if (found.isEmpty() && isExternalIdOf(organization, wanted.get())) {
            return root;
        }
        return found.orElseThrow(() -> References.notFound("roles.unit"));
    }

    private static boolean isExternalIdOf(OrganizationRow organization, Ref ref) {
        return ref instanceof Ref.ByExternalId(var externalId)
                && organization.externalId().equals(Optional.of(externalId));
    }

    /** Operators decide for the host platform; anybody else gives only rights that their own credential holds. */
    void requireHeld(Tx tx, Caller caller, OrganizationId organization, List<RoleAt> given) {
        if (Authority.isOperator(caller)) {
            return;
        }
        var held = held(caller, organization);
        var grants = RoleGrants.read(tx.handle());
        for (var role : new LinkedHashSet<>(given.stream().map(RoleAt::role).toList())) {
            Optional<Scope> missing = held.findMissing(Objects.requireNonNull(grants.get(role)));
            if (missing.isPresent()) {
                throw Problem.of(
                                ProblemCode.SCOPE_NOT_HELD,
                                "The role " + role.wire() + " holds the scope " + missing.get()
                                        + ", which your credential does not: it cannot give this role.")
                        .withField("roles")
                        .asException();
            }
        }
    }

    private static ScopeSet held(Caller caller, OrganizationId organization) {
        var rights = caller.actor().rightsIn(organization).orElseThrow(References::notFound);
        return rights.scopesAt(List.of(UnitId.rootOf(organization)));
    }

    /** Where a member has scopes of their own, those are what a role gives them at a further unit. */
    private static void requireOwnHeld(Caller caller, MemberRow row) {
        if (Authority.isOperator(caller) || row.scopes().isEmpty()) {
            return;
        }
        held(caller, row.organization()).findMissing(row.scopes().get()).ifPresent(missing -> {
            throw Problem.of(
                            ProblemCode.SCOPE_NOT_HELD,
                            "This member's own scopes hold " + missing
                                    + ", which your credential does not: it cannot give them a role.")
                    .withField("roles")
                    .asException();
        });
    }

    /** Empty when the user is a member already. The caller holds the user, see {@link UserStore#hold}. */
    Optional<MemberRow> insert(Tx tx, Caller caller, OrganizationId organization, UserId user, List<RoleAt> roles) {
        requireHeld(tx, caller, organization, roles);
        var id = ids.membership();
        if (!store.insert(tx, id, organization, user, now())) {
            return Optional.empty();
        }
        var row = store.findById(tx, id).orElseThrow();
        roleStore.insert(tx, row, roles);
        record(
                tx,
                caller,
                event(row, "member.added").with("roles", wire(roles)),
                ChangeKind.MEMBERSHIP_CHANGED,
                row.version());
        return Optional.of(row);
    }

    /** Writes nothing when these are the roles already. */
    MemberRow setRoles(Tx tx, Caller caller, MemberRow row, List<RoleAt> before, List<RoleAt> after) {
        var added = without(after, before);
        var removed = without(before, after);
        if (added.isEmpty() && removed.isEmpty()) {
            return row;
        }
        requireHeld(tx, caller, row.organization(), added);
        if (!added.isEmpty()) {
            requireOwnHeld(caller, row);
        }
        if (removed.contains(ownerOf(row.organization()))) {
            requireMayChangeOwners(tx, caller, row.organization());
            requireOtherOwner(tx, caller, row);
        }
        roleStore.delete(tx, row.id(), removed);
        roleStore.insert(tx, row, added);
        store.touch(tx, row, now());
        record(
                tx,
                caller,
                event(row, "member.updated").with("roles", wire(after)).with("previous_roles", wire(before)),
                ChangeKind.MEMBERSHIP_CHANGED,
                row.version() + 1);
        return store.findById(tx, row.id()).orElseThrow();
    }

    static ScopeSet scopes(List<String> texts) {
        if (texts.size() > SCOPES_MAX) {
            throw Inputs.invalid("scopes", "must have at most " + SCOPES_MAX + " entries");
        }
        return new ScopeSet(texts.stream()
                .map(text -> Scope.find(text)
                        .orElseThrow(() -> Inputs.invalid(
                                "scopes", "must have scopes of the form resource:action, resource:* or *")))
                .toList());
    }

    /** Writes nothing when these are the member's scopes already. */
    MemberRow setScopes(Tx tx, Caller caller, MemberRow row, Optional<ScopeSet> scopes) {
        if (scopes.equals(row.scopes())) {
            return row;
        }
        store.setScopes(tx, row, scopes, now());
        record(
                tx,
                caller,
                event(row, "member.updated")
                        .with("scopes", scopes.map(ScopeSet::wire))
                        .with("previous_scopes", row.scopes().map(ScopeSet::wire)),
                ChangeKind.MEMBERSHIP_CHANGED,
                row.version() + 1);
        return store.findById(tx, row.id()).orElseThrow();
    }

    MemberRow remove(Tx tx, Caller caller, MemberRow row) {
        var roles = roleStore.list(tx, row.id());
        if (roles.contains(ownerOf(row.organization()))) {
            requireMayChangeOwners(tx, caller, row.organization());
            requireOtherOwner(tx, caller, row);
        }
        roleStore.delete(tx, row.id(), roles);
        store.remove(tx, row, now());
        record(
                tx,
                caller,
                event(row, "member.removed").with("previous_roles", wire(roles)),
                ChangeKind.MEMBERSHIP_REMOVED,
                row.version() + 1);
        return store.findById(tx, row.id()).orElseThrow();
    }

    /** Takes away what the members of a removed unit may do there, some members at a time; returns whether there are more. */
    boolean removeRolesAt(Tx tx, Caller caller, UnitId unit, int membersMax) {
        var memberships = roleStore.membershipsAt(tx, unit, membersMax + 1);
        for (var id : memberships.subList(0, Math.min(membersMax, memberships.size()))) {
            loseRolesAt(tx, caller, id, unit);
        }
        return memberships.size() > membersMax;
    }

    private void loseRolesAt(Tx tx, Caller caller, MembershipId id, UnitId unit) {
        var row = store.findById(tx, id).orElseThrow();
        roleStore.deleteAt(tx, id, unit);
        store.touch(tx, row, now());
        record(
                tx,
                caller,
                event(row, "member.updated").with("removed_unit", unit.value()),
                ChangeKind.MEMBERSHIP_CHANGED,
                row.version() + 1);
    }

    boolean isLastOwner(Tx tx, MemberRow row) {
        return roleStore.list(tx, row.id()).contains(ownerOf(row.organization())) && !roleStore.hasOtherOwner(tx, row);
    }

    /** An admin does not take an organization from its owners: that takes an owner, or a credential of it that could make one. */
    private static void requireMayChangeOwners(Tx tx, Caller caller, OrganizationId organization) {
        var rights = caller.actor().rightsIn(organization).orElseThrow(References::notFound);
        boolean may = rights.holder()
                .map(member -> member.findRoleAt(List.of(UnitId.rootOf(organization)))
                        .filter(role -> role.isAtLeast(Action.CHANGE_OWNERS.least()))
                        .isPresent())
                .orElseGet(() -> Authority.isOperator(caller)
                        || held(caller, organization)
                                .findMissing(Objects.requireNonNull(
                                        RoleGrants.read(tx.handle()).get(Role.OWNER)))
                                .isEmpty());
        if (!may) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "This member owns the organization: taking that away takes the role owner there, or a key"
                                    + " of the organization that holds what owners hold. Ask an owner.")
                    .asException();
        }
    }

    /** Operators may leave an organization without an owner, for they can name the next one. */
    private void requireOtherOwner(Tx tx, Caller caller, MemberRow row) {
        if (!Authority.isOperator(caller) && !roleStore.hasOtherOwner(tx, row)) {
            throw Inputs.invalidState(
                    "This member is the organization's last owner: make somebody else an owner first.");
        }
    }

    private static RoleAt ownerOf(OrganizationId organization) {
        return new RoleAt(UnitId.rootOf(organization), Role.OWNER);
    }

    private static List<RoleAt> without(List<RoleAt> roles, List<RoleAt> others) {
        var rest = new ArrayList<>(roles);
        rest.removeAll(others);
        return rest;
    }

    private static List<Map<String, String>> wire(List<RoleAt> roles) {
        return roles.stream()
                .map(role ->
                        Map.of("unit", role.unit().value(), "role", role.role().wire()))
                .toList();
    }

    private static AuditEvent event(MemberRow row, String action) {
        return AuditEvent.of(row.organization(), action, row.id().value())
                .with("user", row.user().id().value());
    }

    private void record(Tx tx, Caller caller, AuditEvent event, ChangeKind kind, int version) {
        changes.record(tx, caller, event, Change.in(event.organization(), kind, event.target(), version));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
