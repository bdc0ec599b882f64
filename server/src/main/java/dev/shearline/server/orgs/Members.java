package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UserId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Who belongs to an organization, with which roles at which of its units. */
public final class Members {

    /** Of a member of whom nothing is said. */
    private static final List<GrantField> USUAL = List.of(new GrantField(Optional.empty(), Role.DEVELOPER));

    private final MemberStore store = new MemberStore();
    private final RoleStore roles = new RoleStore();
    private final UserStore users = new UserStore();
    private final Changes changes;
    private final References references;
    private final OwnedKeys keys;
    private final KnownScopes knownScopes;
    private final OrganizationEdits organizations;
    private final MemberEdits edits;
    private final UserEdits userEdits;

    public Members(
            Changes changes,
            References references,
            Ids ids,
            InstantSource clock,
            OwnedKeys keys,
            KnownScopes knownScopes) {
        this.changes = changes;
        this.references = references;
        this.keys = keys;
        this.knownScopes = knownScopes;
        this.organizations = new OrganizationEdits(changes, ids, clock);
        this.edits = new MemberEdits(changes, ids, clock);
        this.userEdits = new UserEdits(changes, ids, clock);
    }

    /** Only operators name users who are not members yet: to anybody else they do not exist. */
    public Changed<Member> add(Caller caller, NewMember wanted) {
        if (wanted.user() instanceof UserField.Provided) {
            Authority.requireOperator(caller, "provision users");
            // what the route of users asks for: to give roles is not to make and rename people
            Authority.requireScope(caller, Scope.ORGANIZATIONS_WRITE);
        }
        var organization = references.organizationOrOwn(caller, wanted.organization());
        Authority.requireWhole(caller, organization);
        var named = wanted.user() instanceof UserField.Named(var ref)
                ? Optional.of(references.resolveUser(caller, ref, "user").id())
                : Optional.<UserId>empty();
        var committed = changes.commit(caller, organization, tx -> {
            var row = organizations.lockOpen(tx, organization);
            var now = renewed(tx, caller, organization);
            var user = named.or(() -> provided(tx, now, row, wanted.user()))
                    .flatMap(id -> users.hold(tx, id))
                    .orElseThrow(() -> References.notFound("user"));
            var given = edits.resolve(tx, row, wanted.roles().orElse(USUAL));
            return edits.insert(tx, now, organization, user.id(), given)
                    .map(member -> shown(tx, member))
                    .orElseThrow(Members::isMember);
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    private Optional<UserId> provided(Tx tx, Caller caller, OrganizationRow organization, UserField field) {
        return switch (field) {
            case UserField.Named _ -> Optional.empty();
            case UserField.Provided(var externalId, var name, var email) ->
                userEdits
                        .put(tx, caller, organization.id(), Inputs.externalId(externalId), new UserContent(name, email))
                        .map(put -> put.row().id());
        };
    }

    private static RuntimeException isMember() {
        return Problem.of(
                        ProblemCode.ALREADY_EXISTS,
                        "The user is a member of the organization already: change their roles instead.")
                .withField("user")
                .asException();
    }

    /** Where a caller may invite: as they may add members. */
    public OrganizationId whereToInvite(Caller caller, Optional<Ref> organization) {
        var home = references.organizationOrOwn(caller, organization);
        Authority.requireWhole(caller, home);
        return home;
    }

    /** The roles of somebody who is invited, checked as if they were given now. */
    public List<RoleAt> promise(Tx tx, Caller caller, OrganizationId organization, Optional<List<GrantField>> wanted) {
        var home = organizations.lockOpen(tx, organization);
        var now = renewed(tx, caller, organization);
        return edits.given(tx, now, home, wanted.orElse(USUAL));
    }

    /** Before an invitation of the organization is locked: nobody gives or takes rights there until this transaction ends. */
    public void lock(Tx tx, OrganizationId organization) {
        organizations.lock(tx, organization);
    }

    /**
     * Whether whoever promised these roles still could: by the credential that they did it with, and with the rights that it has now. Somebody
     * who has gone or has come down asks nobody in any more, nor does a key that has ended.
     */
    public boolean stillPromises(Tx tx, Caller inviter, OrganizationId organization, List<RoleAt> promised) {
        try {
            var now = renewed(tx, inviter, organization);
            edits.requireHeld(tx, now, organization, promised);
            return now.actor().holdsInWhole(Scope.MEMBERS_WRITE, organization);
        } catch (ProblemException e) {
            return false;
        }
    }

    /**
     * Whoever has accepted an invitation becomes a user and a member. Always a new user: that somebody reads mail at an address is no proof
     * of being whoever else has it.
     */
    public Member join(
            Tx tx, Caller caller, OrganizationId organization, String name, String email, List<RoleAt> promised) {
        var home = organizations.lockOpen(tx, organization);
        var grants = promised.stream()
                .map(role -> new GrantField(Optional.of(new Ref.ById(role.unit().value())), role.role()))
                .toList();
        var roles = edits.resolve(tx, home, grants);
        var user = userEdits
                .insert(tx, caller, organization, Optional.empty(), name, Optional.of(email))
                .orElseThrow(() -> new IllegalStateException("a user without an external id is new"));
        return edits.insert(tx, caller, organization, user.id(), roles)
                .map(member -> shown(tx, member))
                .orElseThrow(() -> new IllegalStateException("a new user is no member yet"));
    }

    /** A name and an address as they are stored, or the problem that says what is wrong with them. */
    public static String checkedName(String text) {
        return Inputs.name("name", text);
    }

    public static String checkedEmail(String text) {
        return Inputs.email(text);
    }

    public Member get(Caller caller, Optional<Ref> organization, Ref ref) {
        var row = references.memberRow(caller, organization, ref, true);
        return references.read(caller, tx -> shown(tx, row));
    }

    /** A member who is to go, as whoever may remove them sees it. */
    public Leaver leaver(Caller caller, Optional<Ref> organization, Ref ref) {
        var row = references.memberRow(caller, organization, ref, true);
        Authority.requireWhole(caller, row.organization());
        return references.read(caller, tx -> new Leaver(shown(tx, row), edits.isLastOwner(tx, row)));
    }

    /** @param lastOwner whether nobody else owns the organization */
    public record Leaver(Member member, boolean lastOwner) {}

    /** Of an organization, of a user, or, for an operator who names neither, all. */
    Page<Member> list(Caller caller, Optional<Ref> organization, Optional<Ref> user, Slice slice) {
        var ofUser = user.map(ref -> references.resolveUser(caller, ref, "user").id());
        var home = organization.isEmpty() && Authority.isOperator(caller)
                ? Optional.<OrganizationId>empty()
                : Optional.of(references.organizationOrOwn(caller, organization));
        return references.read(caller, tx -> {
            var rows = ofUser.map(id -> home.map(org ->
                                    store.findActive(tx, org, ofUser).stream().toList())
                            .orElseGet(() -> store.listOfUser(tx, id, slice)))
                    .orElseGet(() -> home.map(org -> store.listOfOrganization(tx, org, slice))
                            .orElseGet(() -> store.listOfAll(tx, slice)));
            var page = slice.page(rows, MemberRow::position);
            var held = roles.list(tx, page.items().stream().map(MemberRow::id).toList());
            var shown = page.items().stream()
                    .map(row -> row.shown(held.getOrDefault(row.id(), List.of())))
                    .toList();
            return new Page<>(shown, page.nextCursor());
        });
    }

    public Changed<Member> setRoles(Caller caller, Optional<Ref> organization, Ref ref, MemberContent content) {
        var located = references.memberRow(caller, organization, ref, true);
        Authority.requireWhole(caller, located.organization());
        var committed = changes.commit(caller, located.organization(), tx -> {
            var home = organizations.lockOpen(tx, located.organization());
            var now = renewed(tx, caller, located.organization());
            var row = store.findById(tx, located.id()).filter(MemberRow::active).orElseThrow(References::notFound);
            var wanted = edits.resolve(tx, home, content.roles());
            return shown(tx, edits.setRoles(tx, now, row, roles.list(tx, row.id()), wanted));
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    /**
     * Puts scopes in the place of those that the roles give, or takes them away again. For the host platform, which decides what its people
     * may do.
     *
     * @param wanted empty for those of the roles
     */
    Changed<Member> setScopes(Caller caller, Optional<Ref> organization, Ref ref, Optional<MemberScopes> wanted) {
        Authority.requireOperator(caller, "set the scopes of one member");
        var located = references.memberRow(caller, organization, ref, true);
        var scopes = wanted.map(given -> MemberEdits.scopes(given.scopes()));
        var committed = changes.commit(caller, located.organization(), tx -> {
            organizations.lockOpen(tx, located.organization());
            Authority.requireOperator(changes.renewed(tx, caller), "set the scopes of one member");
            var row = store.findById(tx, located.id()).filter(MemberRow::active).orElseThrow(References::notFound);
            scopes.ifPresent(given -> knownScopes.require(tx, given));
            return shown(tx, edits.setScopes(tx, caller, row, scopes));
        });
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    /**
     * Removes a member with their keys. More keys than one transaction should hold go in following ones, being dead already since their
     * owner is. Repeated, it goes on with what an interrupted removal left.
     */
    public Changed<Member> remove(Caller caller, Optional<Ref> organization, Ref ref) {
        var located = references.memberRow(caller, organization, ref, false);
        Authority.requireWhole(caller, located.organization());
        var steps = new Steps();
        Committed<Step> step;
        do {
            step = steps.next(() -> changes.commit(caller, located.organization(), tx -> {
                organizations.lock(tx, located.organization());
                var row = store.findById(tx, located.id()).orElseThrow(References::notFound);
                // who has removed themselves has no rights any more, and goes on
                var removed = row.active() ? edits.remove(tx, renewed(tx, caller, row.organization()), row) : row;
                int left = keys.revokeOfMembership(tx, caller, row.organization(), row.id());
                return new Step(removed.shown(List.of()), left > 0);
            }));
        } while (step.value().more());
        // the last commit is numbered after the others: who has it has them all
        return changes.propagate(step.with(step.value().member()), FeedNode.REMOVING_WAIT);
    }

    /** After the organization's lock, which whoever takes rights away holds too: while a request waited for it, its caller's may have gone. */
    private Caller renewed(Tx tx, Caller caller, OrganizationId organization) {
        var now = changes.renewed(tx, caller);
        Authority.requireWhole(now, organization);
        return now;
    }

    private record Step(Member member, boolean more) {}

    private Member shown(Tx tx, MemberRow row) {
        return row.shown(roles.list(tx, row.id()));
    }
}
