package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Makes sure that the organization, unit and member that a body names are there, in the one transaction that uses them.
 *
 * <p>A transaction sees one organization, so which one is settled before it begins. An organization that is not there yet gets its id
 * first; if somebody else makes it at the same moment, the insert finds out, nothing is written, and the search begins anew.
 */
public final class Provisioning {

    private static final UnitKind[] NESTED = {UnitKind.DEPARTMENT, UnitKind.TEAM};

    private final UnitStore units = new UnitStore();
    private final UserStore users = new UserStore();
    private final MemberStore members = new MemberStore();
    private final OrganizationStore store = new OrganizationStore();
    private final Changes changes;
    private final References references;
    private final OrganizationEdits organizations;
    private final String defaultPlan;
    private final UnitEdits unitEdits;
    private final UserEdits userEdits;
    private final MemberEdits memberEdits;

    /** @param defaultPlan the plan that a new organization has */
    public Provisioning(Changes changes, References references, Ids ids, InstantSource clock, String defaultPlan) {
        this.changes = changes;
        this.references = references;
        this.organizations = new OrganizationEdits(changes, ids, clock);
        this.defaultPlan = defaultPlan;
        this.unitEdits = new UnitEdits(changes, ids, clock);
        this.userEdits = new UserEdits(changes, ids, clock);
        this.memberEdits = new MemberEdits(changes, ids, clock);
    }

    /** The organization that the transaction will be in: it is there, or it will be made from this draft. */
    private sealed interface Home {
        OrganizationId id();

        record Existing(OrganizationId id) implements Home {}

        record Draft(OrganizationRow row) implements Home {
            @Override
            public OrganizationId id() {
                return row.id();
            }
        }
    }

    /** Thrown out of the transaction when somebody else was quicker: nothing has been written. */
    private static final class LostRaceException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LostRaceException() {
            super("somebody else was quicker", null, false, false);
        }
    }

    /** Runs the work at the place, which the caller may see, or, being an operator, has there from now on. */
    public <T> Committed<T> commit(Caller caller, Place place, ProvisionedWork<T> work) {
        requireConsistent(place);
        if (isProvided(place)) {
            Authority.requireOperator(caller, "provision organizations, departments, teams and users");
            requireMayMake(caller, place);
        }
        for (int attempt = 1; attempt <= Organizations.TRIES_MAX; attempt++) {
            var home = home(caller, place);
            if (home instanceof Home.Draft) {
                requireMayMake(caller, place);
            }
            try {
                return changes.commit(caller, home.id(), tx -> work.in(tx, provision(tx, caller, home, place)));
            } catch (LostRaceException e) {
                // what it lost to is committed: the next look finds it
            }
        }
        throw Problem.of(
                        ProblemCode.CONFLICT,
                        "Others are creating and removing the same things at the same time: repeat the request.")
                .asException();
    }

    /** What the routes of these objects ask for: a key that makes keys is not thereby one that makes organizations and renames people. */
    private static void requireMayMake(Caller caller, Place place) {
        Authority.requireScope(caller, Scope.ORGANIZATIONS_WRITE);
        if (place.user().isPresent()) {
            Authority.requireScope(caller, Scope.MEMBERS_WRITE);
        }
    }

    /** The personal organization of a user, made when it is first asked for. */
    public OrganizationId personalOrganization(Caller caller, Ref user) {
        Authority.requireOperator(caller, "ask for a personal organization");
        var place =
                new Place(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(new UserField.Named(user)));
        var committed = commit(caller, place, (_, made) -> made.organization().id());
        if (!committed.entries().isEmpty()) {
            changes.propagate(committed, FeedNode.WIDENING_WAIT);
        }
        return committed.value();
    }

    private static void requireConsistent(Place place) {
        long named = List.of(place.department(), place.team(), place.user()).stream()
                .filter(Optional::isPresent)
                .count();
        if (named > 1) {
            throw Problem.of(
                            ProblemCode.INVALID_FIELD,
                            "Name one of \"department\", \"team\" and \"user\": the owner is one.")
                    .asException();
        }
    }

    private static boolean isProvided(Place place) {
        return place.organization()
                        .filter(OrganizationField.Provided.class::isInstance)
                        .isPresent()
                || place.department()
                        .filter(UnitField.Provided.class::isInstance)
                        .isPresent()
                || place.team().filter(UnitField.Provided.class::isInstance).isPresent()
                || place.user().filter(UserField.Provided.class::isInstance).isPresent();
    }

    // before the transaction: which organization
    // ------------------------------------------------------------------------

    private Home home(Caller caller, Place place) {
        if (place.organization().isPresent()) {
            return switch (place.organization().get()) {
                case OrganizationField.Named(var ref) -> new Home.Existing(references.resolveOrganization(caller, ref));
                case OrganizationField.Provided provided -> home(caller, provided);
            };
        }
        var own = caller.actor().organizationOf();
        if (own.isPresent()) {
            return new Home.Existing(own.get());
        }
        if (place.user().isPresent()) {
            return personalHome(caller, place.user().get());
        }
        return place.team()
                .or(place::department)
                .map(field -> new Home.Existing(homeOfUnit(caller, field)))
                .orElseThrow(References::organizationRequired);
    }

    private Home home(Caller caller, OrganizationField.Provided provided) {
        var externalId = Inputs.externalId(provided.externalId());
        var name = Inputs.name("name", provided.name());
        return references
                .findOrganization(caller, new Ref.ByExternalId(externalId))
                .<Home>map(row -> new Home.Existing(row.id()))
                .orElseGet(() -> new Home.Draft(
                        organizations.draft(defaultPlan, name, Optional.of(externalId), Optional.empty())));
    }

    private OrganizationId homeOfUnit(Caller caller, UnitField field) {
        return switch (field) {
            case UnitField.Named(var ref) ->
                references
                        .resolveUnit(caller, Optional.empty(), Optional.empty(), ref, "team")
                        .organization();
            case UnitField.Provided _ -> throw References.organizationRequired();
        };
    }

    private Home personalHome(Caller caller, UserField field) {
        var ref = switch (field) {
            case UserField.Named(var named) -> named;
            case UserField.Provided provided -> new Ref.ByExternalId(Inputs.externalId(provided.externalId()));
        };
        return references.read(caller, tx -> {
            var user = users.find(tx, ref).filter(row -> row.status() != UserStatus.REMOVED);
            if (user.isEmpty() && field instanceof UserField.Named) {
                throw References.notFound("user");
            }
            return user.flatMap(row -> store.findPersonal(tx, row.id()))
                    .<Home>map(row -> new Home.Existing(row.id()))
                    .orElseGet(() -> new Home.Draft(organizations.draft(
                            defaultPlan, personalName(user, field), Optional.empty(), user.map(UserRow::id))));
        });
    }

    private static String personalName(Optional<UserRow> user, UserField field) {
        var given = field instanceof UserField.Provided provided ? provided.name() : Optional.<String>empty();
        return given.map(text -> Inputs.name("name", text))
                .or(() -> user.map(UserRow::name))
                .filter(name -> !name.isEmpty())
                .orElse(OrganizationEdits.NAMELESS);
    }

    // inside the transaction
    // ---------------------------------------------------------------------------------------------

    private Provisioned provision(Tx tx, Caller caller, Home home, Place place) {
        var organization = switch (home) {
            case Home.Existing(var id) -> existing(tx, caller, id, place);
            case Home.Draft(var draft) -> made(tx, caller, draft, place);
        };
        return new Provisioned(
                organization.shown(),
                organization.adminAudience(),
                unit(tx, caller, organization, place),
                place.user().map(field -> member(tx, caller, organization, field)));
    }

    private OrganizationRow existing(Tx tx, Caller caller, OrganizationId id, Place place) {
        var row = organizations.lock(tx, id);
        boolean provided =
                place.organization().isPresent() && place.organization().get() instanceof OrganizationField.Provided;
        if (row.status() == OrganizationStatus.CLOSED) {
            // its external id is free again, and so is its user's place
            throw provided || row.personalUser().isPresent()
                    ? new LostRaceException()
                    : Inputs.invalidState("The organization is closed, which is final.");
        }
        return place.organization().isPresent()
                        && place.organization().get() instanceof OrganizationField.Provided content
                ? organizations.rename(tx, caller, row, Inputs.name("name", content.name()))
                : row;
    }

    private OrganizationRow made(Tx tx, Caller caller, OrganizationRow draft, Place place) {
        boolean personal = place.organization().isEmpty();
        var row = personal ? draft.of(user(tx, caller, draft, place.user().orElseThrow())) : draft;
        if (!organizations.insert(tx, caller, row)) {
            throw new LostRaceException();
        }
        return row;
    }

    private Optional<Unit> unit(Tx tx, Caller caller, OrganizationRow organization, Place place) {
        for (var kind : NESTED) {
            var field = kind == UnitKind.TEAM ? place.team() : place.department();
            if (field.isPresent()) {
                return Optional.of(
                        unit(tx, caller, organization, kind, field.get()).shown());
            }
        }
        return Optional.empty();
    }

    private UnitRow unit(Tx tx, Caller caller, OrganizationRow organization, UnitKind kind, UnitField field) {
        return switch (field) {
            case UnitField.Named(var ref) ->
                units.find(tx, Optional.of(organization.id()), ref)
                        .filter(row -> row.active() && row.kind() == kind)
                        .orElseThrow(() -> References.notFound(kind.wire()));
            case UnitField.Provided provided ->
                unitEdits.put(tx, caller, organization.id(), kind, provided).row();
        };
    }

    /** A provided user becomes a member; a named one must be, unless the organization is their own. */
    private References.Membership member(Tx tx, Caller caller, OrganizationRow organization, UserField field) {
        var user = user(tx, caller, organization, field);
        var known = members.findActive(tx, organization.id(), Optional.of(user.id()));
        boolean personal = organization.personalUser().equals(Optional.of(user.id()));
        if (known.isEmpty() && field instanceof UserField.Named && !personal) {
            throw References.notFound("user");
        }
        var row = known.or(() -> {
                    Authority.requireScope(caller, Scope.MEMBERS_WRITE);
                    var role = new RoleAt(UnitId.rootOf(organization.id()), personal ? Role.OWNER : Role.DEVELOPER);
                    return memberEdits.insert(tx, caller, organization.id(), user.id(), List.of(role));
                })
                .orElseThrow(LostRaceException::new);
        return new References.Membership(row.id(), organization.id(), row.user());
    }

    private UserRow user(Tx tx, Caller caller, OrganizationRow organization, UserField field) {
        return switch (field) {
            case UserField.Named(var ref) ->
                users.find(tx, ref)
                        .flatMap(row -> users.hold(tx, row.id()))
                        .orElseThrow(() -> References.notFound("user"));
            case UserField.Provided(var externalId, var name, var email) ->
                userEdits
                        .put(tx, caller, organization.id(), Inputs.externalId(externalId), new UserContent(name, email))
                        .orElseThrow(LostRaceException::new)
                        .row();
        };
    }
}
