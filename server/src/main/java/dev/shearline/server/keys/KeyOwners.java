package dev.shearline.server.keys;

import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.orgs.Place;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.References;
import dev.shearline.server.plans.Catalog;
import dev.shearline.server.plans.Entitlements;
import java.time.InstantSource;
import java.util.List;

/**
 * Finds whose keys something is to be about, as the owner of a new key is found: made by an operator where it is not there, and held, with
 * the caller, as it is until the transaction ends.
 */
public final class KeyOwners {

    private final Database database;
    private final Provisioning provisioning;
    private final Catalog catalog;
    private final Destinations destinations;
    private final OwnerRows owners;
    private final CallerRows callers;

    public KeyOwners(
            Database database,
            References references,
            Provisioning provisioning,
            Catalog catalog,
            Entitlements entitlements,
            InstantSource clock) {
        this.database = database;
        this.provisioning = provisioning;
        this.catalog = catalog;
        this.destinations = new Destinations(references);
        this.owners = new OwnerRows(entitlements);
        this.callers = new CallerRows(clock);
    }

    /** @param audience the membership or the unit: row-level security knows the owner by it */
    public record Owner(OrganizationId id, String audience, ApiKey.Holder holder, ApiKey.Place organization) {}

    /** In the transaction that holds the owner and the caller, whose rights are those of now. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx, Actor actor, Owner owner);
    }

    /** Of a user, or else of a unit, whose keys the caller manages. */
    public <T extends Attempt.Made> Committed<T> commit(Caller caller, Place place, Attempt attempt, Work<T> work) {
        if (place.user().isPresent()
                && (place.team().isPresent() || place.department().isPresent())) {
            throw KeyProblems.invalid(
                    "owner", "Name one of \"department\", \"team\" and \"user\" in \"owner\": the owner is one.");
        }
        var type = place.user().isPresent() ? KeyType.PERSONAL : KeyType.TEAM;
        return switch (destinations.find(caller, type, place)) {
            case Destination.Known(var organization, var holder) -> {
                var context = TenantContext.find(caller.actor(), organization)
                        .orElseThrow(() -> Problem.notFound("organization").asException());
                yield database.inTransaction(
                        context,
                        tx -> attempt.in(
                                tx,
                                in -> done(
                                        in, caller, type, owners.of(in, organization, holder, Addition.NONE), work)));
            }
            case Destination.Provided(var provided) ->
                provisioning.commit(
                        caller,
                        provided,
                        (tx, made) -> attempt.in(
                                tx, in -> done(in, caller, type, owners.of(in, made, type, Addition.NONE), work)));
        };
    }

    private <T> T done(Tx tx, Caller caller, KeyType type, Owned owned, Work<T> work) {
        var actor = callers.requireAlive(tx, caller.actor());
        var owner = owned.owner();
        CallerRights.requireMakes(actor, owner, type);
        return work.in(
                tx,
                actor,
                new Owner(owner.organization(), owner.audience(), owner.holder(type), owner.organizationPlace()));
    }

    /** Scopes as texts, or the problem that names the one that is none. */
    public static ScopeSet parseScopes(List<String> texts) {
        return GrantedScopes.parse(texts);
    }

    /** Inside the transaction that passes them on: that there are such scopes, and that the giver holds all of them. */
    public void requireGivable(Tx tx, Actor giver, ScopeSet scopes) {
        catalog.requireKnown(tx, scopes);
        GrantedScopes.requireHeld(giver.scopes(), scopes);
    }
}
