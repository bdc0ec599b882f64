package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.orgs.Place;
import dev.shearline.server.orgs.References;
import dev.shearline.server.orgs.UnitField;
import dev.shearline.server.orgs.UserField;
import java.util.Optional;

/**
 * Finds for whom a key is to be made. What is named by our own ids costs no statement here: the transaction looks at it anyway. Only an
 * operator's objects, and a user without an organization, take the way that can make things, for it locks the organization alone.
 */
final class Destinations {

    private final References references;

    Destinations(References references) {
        this.references = references;
    }

    Destination find(Caller caller, KeyType type, Place place) {
        requireFields(type, place);
        if (type == KeyType.OPERATOR) {
            return new Destination.Known(OrganizationId.INSTANCE, new Destination.Holder.Whole());
        }
        if (isProvided(place) || isPersonalOfOperator(caller.actor(), place)) {
            return new Destination.Provided(place);
        }
        var organization = organization(caller, place);
        return new Destination.Known(organization, holder(caller, organization, type, place));
    }

    private static void requireFields(KeyType type, Place place) {
        switch (type) {
            case PERSONAL -> {
                refuse(type, "department", place.department());
                refuse(type, "team", place.team());
            }
            case TEAM -> {
                refuse(type, "user", place.user());
                if (place.department().isPresent() && place.team().isPresent()) {
                    throw KeyProblems.invalid("department", "Name \"department\" or \"team\": the owner is one.");
                }
            }
            case CI, EPHEMERAL, OPERATOR -> {
                refuse(type, "department", place.department());
                refuse(type, "team", place.team());
                refuse(type, "user", place.user());
                if (type == KeyType.OPERATOR) {
                    refuse(type, "organization", place.organization());
                }
            }
        }
    }

    private static void refuse(KeyType type, String field, Optional<?> value) {
        if (value.isPresent()) {
            throw KeyProblems.invalid(
                    field, "\"" + field + "\" does not go with the type " + type.wire() + ": remove it.");
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

    private static boolean isPersonalOfOperator(Actor actor, Place place) {
        return Operators.include(actor)
                && place.organization().isEmpty()
                && place.user().isPresent();
    }

    private OrganizationId organization(Caller caller, Place place) {
        if (place.organization().isPresent()
                && place.organization().get() instanceof OrganizationField.Named(var ref)) {
            return organization(caller, ref);
        }
        return caller.actor()
                .organizationOf()
                .or(() -> place.team()
                        .map(team -> organizationOf(caller, UnitKind.TEAM, team))
                        .or(() -> place.department()
                                .map(department -> organizationOf(caller, UnitKind.DEPARTMENT, department))))
                .orElseThrow(() -> KeyProblems.invalid(
                        "organization", "\"organization\" is required: an operator says whose key it is."));
    }

    private OrganizationId organization(Caller caller, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id) ->
                OrganizationId.find(id)
                        // the instance's own place is no organization: only operator keys are there
                        .filter(found -> !found.equals(OrganizationId.INSTANCE))
                        .orElseThrow(() -> notFound("organization"));
            case Ref.ByExternalId _ -> references.resolveOrganization(caller, ref);
        };
    }

    private OrganizationId organizationOf(Caller caller, UnitKind kind, UnitField field) {
        return references
                .resolveUnit(caller, Optional.empty(), Optional.empty(), named(field), kind.wire())
                .organization();
    }

    private static Ref named(UnitField field) {
        return switch (field) {
            case UnitField.Named(var ref) -> ref;
            case UnitField.Provided _ -> throw new IllegalStateException("what is provided takes another way");
        };
    }

    private static Ref named(UserField field) {
        return switch (field) {
            case UserField.Named(var ref) -> ref;
            case UserField.Provided _ -> throw new IllegalStateException("what is provided takes another way");
        };
    }

    private Destination.Holder holder(Caller caller, OrganizationId organization, KeyType type, Place place) {
        return switch (type) {
            case PERSONAL -> member(caller, organization, place.user());
            case TEAM ->
                place.team()
                        .map(field -> unit(caller, organization, UnitKind.TEAM, field))
                        .or(() ->
                                place.department().map(field -> unit(caller, organization, UnitKind.DEPARTMENT, field)))
                        .orElseGet(() -> new Destination.Holder.Unit(UnitId.rootOf(organization)));
            case CI, EPHEMERAL, OPERATOR -> new Destination.Holder.Whole();
        };
    }

    private Destination.Holder unit(Caller caller, OrganizationId organization, UnitKind kind, UnitField field) {
        return switch (named(field)) {
            case Ref.ById(var id) ->
                new Destination.Holder.Unit(
                        UnitId.find(id).filter(unit -> unit.kind() == kind).orElseThrow(() -> notFound(kind.wire())));
            case Ref.ByExternalId ref -> {
                var home = Optional.<Ref>of(new Ref.ById(organization.value()));
                yield new Destination.Holder.Unit(references
                        .resolveUnit(caller, home, Optional.of(kind), ref, kind.wire())
                        .id());
            }
        };
    }

    private Destination.Holder member(Caller caller, OrganizationId organization, Optional<UserField> user) {
        if (user.isEmpty()) {
            return ownMember(caller.actor());
        }
        return switch (named(user.get())) {
            case Ref.ById(var id) -> new Destination.Holder.User(UserId.find(id).orElseThrow(() -> notFound("user")));
            case Ref.ByExternalId ref -> {
                var home = Optional.<Ref>of(new Ref.ById(organization.value()));
                yield new Destination.Holder.Member(
                        references.resolveMember(caller, home, ref).id());
            }
        };
    }

    private static Destination.Holder ownMember(Actor actor) {
        return actor.organizationOf()
                .flatMap(actor::rightsIn)
                .flatMap(Rights::member)
                .<Destination.Holder>map(Destination.Holder.Member::new)
                .orElseThrow(() -> KeyProblems.invalid("user", "\"user\" is required: say whose personal key it is."));
    }

    private static ProblemException notFound(String field) {
        return Problem.notFound(field).asException();
    }
}
