package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UserId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Users, across organizations. Operators keep them; a user may change their own name and e-mail. */
public final class Users {

    /** How many organizations are locked at a time when a user is removed from all. */
    static final int ORGANIZATIONS_MAX = 100;

    /** Of how many past memberships a repeated removal looks after the keys. */
    static final int REMOVED_MAX = 1_000;

    private final UserStore store = new UserStore();
    private final MemberStore memberStore = new MemberStore();
    private final Changes changes;
    private final References references;
    private final OwnedKeys keys;
    private final OrganizationEdits organizations;
    private final UserEdits edits;
    private final MemberEdits members;
    private final UserErasure erasure;

    public Users(Changes changes, References references, Ids ids, InstantSource clock, OwnedKeys keys) {
        this.changes = changes;
        this.references = references;
        this.keys = keys;
        this.organizations = new OrganizationEdits(changes, ids, clock);
        this.edits = new UserEdits(changes, ids, clock);
        this.members = new MemberEdits(changes, ids, clock);
        this.erasure = new UserErasure(changes, references, keys, clock);
    }

    public Changed<User> create(Caller caller, NewUser wanted) {
        Authority.requireOperator(caller, "create users");
        var externalId = wanted.externalId().map(Inputs::externalId);
        var name = wanted.name().map(text -> Inputs.name("name", text)).orElse("");
        var email = wanted.email().map(Inputs::email);
        var committed = commit(
                caller,
                tx -> edits.insert(tx, caller, OrganizationId.INSTANCE, externalId, name, email)
                        .orElseThrow(() -> Inputs.exists("A user")));
        return changes.propagate(committed.with(committed.value().shown()), FeedNode.WIDENING_WAIT);
    }

    /** Makes the user what the host platform says they are; writes nothing when they are that already. */
    public Upserted<User> put(Caller caller, String externalId, UserContent content) {
        Authority.requireOperator(caller, "provision users");
        for (int attempt = 1; attempt <= Organizations.TRIES_MAX; attempt++) {
            var committed = commit(caller, tx -> edits.put(tx, caller, OrganizationId.INSTANCE, externalId, content));
            if (committed.value().isPresent()) {
                var put = committed.value().get();
                return new Upserted<>(
                        put.created(),
                        changes.propagate(committed.with(put.row().shown()), FeedNode.WIDENING_WAIT));
            }
        }
        throw Problem.of(
                        ProblemCode.CONFLICT,
                        "This user is being created and removed by others at the same time: repeat the request.")
                .asException();
    }

    public User get(Caller caller, Ref ref) {
        return references.userRow(caller, ref, true).shown();
    }

    /** Operators see all; others the members of their organization. */
    Page<User> list(Caller caller, Slice slice) {
        var own = caller.actor().organizationOf();
        var rows = references.read(
                caller,
                tx -> own.map(organization -> store.listOfOrganization(tx, organization, slice))
                        .orElseGet(() -> store.listAll(tx, slice)));
        var page = slice.page(rows, UserRow::position);
        return new Page<>(page.items().stream().map(UserRow::shown).toList(), page.nextCursor());
    }

    public Changed<User> update(Caller caller, Ref ref, UserContent content) {
        var name = content.name().map(text -> Inputs.name("name", text));
        var email = content.email().map(Inputs::email);
        var located = references.userRow(caller, ref, true);
        if (!isSelf(caller, located.id())) {
            Authority.requireOperator(caller, "change other users");
        }
        return change(
                caller, located.id(), (tx, row) -> edits.update(tx, caller, OrganizationId.INSTANCE, row, name, email));
    }

    private static boolean isSelf(Caller caller, UserId user) {
        return caller.actor() instanceof Actor.Member member && member.user().equals(user);
    }

    /** All their keys stop at once, in every organization. */
    public Changed<User> disable(Caller caller, Ref ref) {
        return setStatus(caller, ref, "disable users", UserStatus.DISABLED);
    }

    public Changed<User> enable(Caller caller, Ref ref) {
        return setStatus(caller, ref, "enable users", UserStatus.ACTIVE);
    }

    private Changed<User> setStatus(Caller caller, Ref ref, String what, UserStatus status) {
        var located = references.userRow(caller, ref, true);
        Authority.requireOperator(caller, what);
        return change(
                caller, located.id(), (tx, row) -> edits.setStatus(tx, caller, OrganizationId.INSTANCE, row, status));
    }

    /** A change of a user who is there. */
    @FunctionalInterface
    private interface UserChange {
        UserRow in(Tx tx, UserRow row);
    }

    private Changed<User> change(Caller caller, UserId user, UserChange change) {
        var committed = commit(
                caller,
                tx -> change.in(tx, edits.lock(tx, user).orElseThrow(References::notFound))
                        .shown());
        boolean removing = committed.value().status() != UserStatus.ACTIVE;
        return changes.propagate(committed, removing ? FeedNode.REMOVING_WAIT : FeedNode.WIDENING_WAIT);
    }

    /**
     * Removes a user and all their memberships, with the keys of each. One transaction, organizations locked in ascending order; what
     * was added while it ran, and keys beyond what a transaction should hold, go in following ones: they are dead already, their owner
     * being removed. Repeated, it goes on with what an interrupted removal left.
     */
    public Changed<User> remove(Caller caller, Ref ref) {
        var located = references.userRow(caller, ref, false);
        Authority.requireOperator(caller, "remove users");
        var steps = new Steps();
        var homes = organizationsOf(caller, located.id());
        Committed<UserRow> removed;
        do {
            removed = removeFrom(steps, caller, located.id(), homes);
            homes = steps.next(() -> organizationsOf(caller, located.id()));
        } while (!homes.isEmpty());
        if (located.status() == UserStatus.REMOVED) {
            finish(steps, caller, located.id());
        }
        return changes.propagate(removed.with(removed.value().shown()), FeedNode.REMOVING_WAIT);
    }

    /** Forgets who a removed user was: name, e-mail and external id, and what the audit log says of them as a person. */
    public User erase(Caller caller, Ref ref) {
        return erasure.erase(caller, ref);
    }

    private List<OrganizationId> organizationsOf(Caller caller, UserId user) {
        return references.read(caller, tx -> memberStore.organizationsOf(tx, user, ORGANIZATIONS_MAX));
    }

    /** An interrupted removal may have left keys of memberships that it had removed. */
    private void finish(Steps steps, Caller caller, UserId user) {
        steps.next(() -> references.read(caller, tx -> memberStore.listRemovedOfUser(tx, user, REMOVED_MAX)))
                .forEach(member -> revokeRest(steps, caller, member));
    }

    private Committed<UserRow> removeFrom(Steps steps, Caller caller, UserId user, List<OrganizationId> homes) {
        var committed = steps.next(() -> commit(caller, tx -> {
            var locked = new ArrayList<OrganizationRow>();
            for (var home : homes) {
                tx.enter(TenantContext.whole(caller.actor(), home));
                locked.add(organizations.lock(tx, home));
            }
            var row = store.lock(tx, user).orElseThrow(References::notFound);
            var removed = edits.setStatus(tx, caller, OrganizationId.INSTANCE, row, UserStatus.REMOVED);
            var unfinished = new ArrayList<MemberRow>();
            for (var organization : locked) {
                tx.enter(TenantContext.whole(caller.actor(), organization.id()));
                leave(tx, caller, organization, user).ifPresent(unfinished::add);
            }
            return new Removal(removed, unfinished);
        }));
        committed.value().unfinished().forEach(member -> revokeRest(steps, caller, member));
        return committed.with(committed.value().row());
    }

    private record Removal(UserRow row, List<MemberRow> unfinished) {}

    /** Returns the membership if it has more keys than this transaction should revoke. */
    private Optional<MemberRow> leave(Tx tx, Caller caller, OrganizationRow organization, UserId user) {
        var left = memberStore
                .findActive(tx, organization.id(), Optional.of(user))
                .map(member -> members.remove(tx, caller, member))
                .filter(member -> keys.revokeOfMembership(tx, caller, organization.id(), member.id()) > 0);
        if (organization.personalUser().equals(Optional.of(user))) {
            organizations.setStatus(tx, caller, organization, OrganizationStatus.CLOSED);
        }
        return left;
    }

    private void revokeRest(Steps steps, Caller caller, MemberRow member) {
        Committed<Integer> rest;
        do {
            rest = steps.next(() -> changes.commit(caller, member.organization(), tx -> {
                organizations.lock(tx, member.organization());
                return keys.revokeOfMembership(tx, caller, member.organization(), member.id());
            }));
        } while (rest.value() > 0);
    }

    private <T> Committed<T> commit(Caller caller, TxWork<T> work) {
        return changes.commit(caller, OrganizationId.INSTANCE, work);
    }
}
