package dev.shearline.server.orgs;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds what a caller names, by our id or by the host platform's, as far as the caller may see it.
 *
 * <p>Who belongs to an organization looks inside it, under its row-level security: what is foreign and what does not exist take the same
 * statements to the same 404. Operators look across organizations; by external id a unit is found only inside an organization, so an
 * operator says which.
 */
public final class References {

    private final OrganizationStore organizations = new OrganizationStore();
    private final UnitStore units = new UnitStore();
    private final UserStore users = new UserStore();
    private final MemberStore members = new MemberStore();
    private final Database database;

    public References(Database database) {
        this.database = database;
    }

    /** An organization that is not closed. */
    public OrganizationId resolveOrganization(Caller caller, Ref ref) {
        return read(caller, tx -> openOrganization(tx, ref, "organization").id());
    }

    /**
     * A unit that is there, of this kind if one is asked for; an organization's root is a unit too.
     *
     * @param field which names it
     */
    public Unit resolveUnit(Caller caller, Optional<Ref> organization, Optional<UnitKind> kind, Ref ref, String field) {
        return inField(
                field, () -> unitRow(caller, organization, kind, ref, true).shown());
    }

    /**
     * A user that is there: any for operators, members of their own organization for others.
     *
     * @param field which names it
     */
    public User resolveUser(Caller caller, Ref ref, String field) {
        return inField(field, () -> userRow(caller, ref, true).shown());
    }

    private static <T> T inField(String field, Supplier<T> reference) {
        try {
            return reference.get();
        } catch (ProblemException e) {
            throw e.problem().code() == ProblemCode.NOT_FOUND
                            && e.problem().field().isEmpty()
                    ? notFound(field)
                    : e;
        }
    }

    /** A user's membership in an organization that is not closed; without an organization the caller's own, or the user's personal one. */
    public Membership resolveMember(Caller caller, Optional<Ref> organization, Ref user) {
        return read(caller, tx -> {
            var row = users.find(tx, user).filter(found -> found.status() != UserStatus.REMOVED);
            var home = organization
                    .map(ref -> openOrganization(tx, ref, "organization"))
                    .or(() -> caller.actor().organizationOf().flatMap(own -> organizations.findById(tx, own)))
                    .or(() -> row.flatMap(known -> organizations.findPersonal(tx, known.id())))
                    .orElseThrow(() -> notFound("user"));
            return members.findActive(tx, home.id(), row.map(UserRow::id))
                    .map(member -> new Membership(member.id(), home.id(), member.user()))
                    .orElseThrow(() -> notFound("user"));
        });
    }

    /** A user in an organization. */
    public record Membership(MembershipId id, OrganizationId organization, User user) {}

    /** The organization that a body or a query names; without one the caller's own, which an operator does not have. */
    public OrganizationId organizationOrOwn(Caller caller, Optional<Ref> ref) {
        return ref.map(named -> resolveOrganization(caller, named))
                .or(() -> caller.actor().organizationOf())
                .orElseThrow(References::organizationRequired);
    }

    /** In the caller's organization, or across all for an operator. Everything that operators look up goes through here. */
    <T> T read(Caller caller, TxWork<T> work) {
        if (Authority.isOperator(caller)) {
            return database.acrossTenants("an operator looks up organizations, units, users and members", work);
        }
        var context = caller.actor().organizationOf().flatMap(own -> TenantContext.find(caller.actor(), own));
        return database.read(context.orElseThrow(References::notFound), work);
    }

    /** An organization, also one that is closed where our id names it: what it has left is still there to be read. */
    public OrganizationId resolveOrganizationOfOld(Caller caller, Ref ref) {
        return organizationRow(caller, ref).id();
    }

    /** Closed ones too, by our id. */
    OrganizationRow organizationRow(Caller caller, Ref ref) {
        return findOrganization(caller, ref).orElseThrow(References::notFound);
    }

    Optional<OrganizationRow> findOrganization(Caller caller, Ref ref) {
        return read(caller, tx -> organizations.find(tx, ref));
    }

    /** @param active whether a removed one, which only our id still names, counts as absent */
    UnitRow unitRow(Caller caller, Optional<Ref> organization, Optional<UnitKind> kind, Ref ref, boolean active) {
        if (organization.isEmpty() && ref instanceof Ref.ByExternalId && Authority.isOperator(caller)) {
            throw organizationRequired();
        }
        return read(caller, tx -> {
            var home = organization
                    .map(named -> openOrganization(tx, named, "organization").id())
                    .or(() -> caller.actor().organizationOf());
            return units.find(tx, home, ref)
                    .filter(unit -> unit.active() || !active)
                    .filter(unit -> kind.isEmpty() || kind.get() == unit.kind())
                    .orElseThrow(References::notFound);
        });
    }

    /** @param active whether a removed one, which only our id still names, counts as absent */
    UserRow userRow(Caller caller, Ref ref, boolean active) {
        return read(
                caller,
                tx -> visible(tx, caller, users.find(tx, ref))
                        .filter(user -> user.status() != UserStatus.REMOVED || !active)
                        .orElseThrow(References::notFound));
    }

    private Optional<UserRow> visible(Tx tx, Caller caller, Optional<UserRow> user) {
        var own = caller.actor().organizationOf();
        // asked also when there is no such user: absent and foreign take the same statements
        return own.isEmpty() || users.isMember(tx, own.get(), user) ? user : Optional.empty();
    }

    /** A member by the membership's id, or by the user's where the organization is known. */
    MemberRow memberRow(Caller caller, Optional<Ref> organization, Ref ref, boolean active) {
        if (ref instanceof Ref.ById(var text)) {
            var id = MembershipId.find(text);
            if (id.isPresent()) {
                return read(
                        caller,
                        tx -> members.findById(tx, id.get())
                                .filter(member -> member.active() || !active)
                                .filter(member -> isIn(tx, member, organization))
                                .orElseThrow(References::notFound));
            }
            if (UserId.find(text).isEmpty()) {
                throw notFound();
            }
        }
        return read(caller, tx -> {
            var home = organization
                    .map(named -> openOrganization(tx, named, "organization").id())
                    .or(() -> caller.actor().organizationOf())
                    .orElseThrow(References::organizationRequired);
            return members.findActive(tx, home, users.find(tx, ref).map(UserRow::id))
                    .orElseThrow(References::notFound);
        });
    }

    private boolean isIn(Tx tx, MemberRow member, Optional<Ref> organization) {
        return organization.isEmpty()
                || openOrganization(tx, organization.get(), "organization").id().equals(member.organization());
    }

    private OrganizationRow openOrganization(Tx tx, Ref ref, String field) {
        return organizations
                .find(tx, ref)
                .filter(row -> row.status() != OrganizationStatus.CLOSED)
                .orElseThrow(() -> notFound(field));
    }

    static ProblemException notFound() {
        return Problem.notFound().asException();
    }

    static ProblemException notFound(String field) {
        return Problem.notFound(field).asException();
    }

    static ProblemException organizationRequired() {
        return Inputs.invalid("organization", "is required: an operator says which organization is meant");
    }
}
