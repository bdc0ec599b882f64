package dev.shearline.server.keys;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.plans.Entitlement;
import dev.shearline.server.plans.Entitlements;
import dev.shearline.server.plans.TypePolicy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says what a screen needs to draw itself for whoever presents a credential, in one transaction under that credential's own rights. */
public final class SessionReading {

    private final Database database;
    private final Entitlements entitlements;
    private final KeyRules rules;
    private final ApiKeyStore store = new ApiKeyStore();
    private final InstantSource clock;

    public SessionReading(Database database, Entitlements entitlements, InstantSource clock) {
        this.database = database;
        this.entitlements = entitlements;
        // operator keys, whose bound is a setting, are made for nobody's screen
        this.rules = new KeyRules(entitlements, new Lifetimes(Optional.empty()));
        this.clock = clock;
    }

    Session read(Caller caller) {
        var actor = caller.actor();
        var home = actor.organizationOf().orElse(OrganizationId.INSTANCE);
        var context = TenantContext.find(actor, home).orElseThrow(KeyProblems::notFound);
        if (actor instanceof Actor.Key && context.sees().equals(Reach.nothing())) {
            throw KeyProblems.forbidden(
                    "A publishable key stands where everybody reads it, so it says nothing here: use a secret one.");
        }
        return database.read(context, tx -> {
            var key = CallerRows.keyOf(actor)
                    .filter(_ -> !(actor instanceof Actor.Embed))
                    .flatMap(id -> store.find(tx, home, id));
            var organization = actor.organizationOf().map(own -> SessionOwners.getOrganization(tx, own));
            return new Session(
                    actor.kind(),
                    id(actor),
                    actor.mode(),
                    expiry(actor, key),
                    organization,
                    actor.scopes(),
                    organization.map(own -> owners(tx, actor, own, key)).orElse(List.of()),
                    ForcedFields.of(actor.forced()),
                    SessionOwners.listScopes(tx));
        });
    }

    private static String id(Actor actor) {
        return actor instanceof Actor.Embed embed ? embed.terms().id() : actor.id();
    }

    private static Optional<Instant> expiry(Actor actor, Optional<KeyRow> key) {
        return actor instanceof Actor.Embed embed
                ? Optional.of(embed.terms().expiresAt())
                : key.flatMap(
                        row -> Stream.of(row.times().expiresAt(), row.times().endsAt())
                                .flatMap(Optional::stream)
                                .min(Instant::compareTo));
    }

    private List<Session.Owner> owners(Tx tx, Actor actor, Session.Organization home, Optional<KeyRow> key) {
        var sees = actor.rightsIn(new OrganizationId(home.id()))
                .orElse(Rights.NONE)
                .sees();
        var named = named(tx, actor, home, key).stream()
                .filter(one -> sees.includes(one.owner().audience()))
                .toList();
        if (named.isEmpty()) {
            return List.of();
        }
        var organization = new OrganizationId(home.id());
        var entitlement = entitlements.get(tx, organization);
        var audiences = named.stream().map(one -> one.owner().audience()).toList();
        var live = SessionOwners.countLive(tx, organization, audiences, clock.instant());
        return named.stream()
                .map(one -> owner(
                        tx,
                        actor,
                        one,
                        entitlement,
                        live.getOrDefault(one.owner().audience(), 0)))
                .toList();
    }

    private static List<SessionOwners.Named> named(
            Tx tx, Actor actor, Session.Organization home, Optional<KeyRow> key) {
        return switch (actor) {
            case Actor.Embed embed ->
                MembershipId.find(embed.terms().subject())
                        .map(member -> ofMember(
                                tx, embed.rights(), home, member, embed.terms().includesTeams()))
                        .orElseGet(() -> SessionOwners.listUnits(
                                tx, home, List.of(embed.terms().subject())));
            case Actor.Member member -> ofMember(tx, member.rights(), home, member.membership(), true);
            case Actor.Key itself ->
                itself.rights()
                        .member()
                        .map(member -> ofMember(tx, itself.rights(), home, member, true))
                        .orElseGet(() -> key.map(row -> SessionOwners.listUnits(
                                        tx, home, List.of(row.owner().unit().value())))
                                .orElse(List.of()));
            case Actor.Operator _, Actor.Possession _, Actor.Job _ -> List.of();
        };
    }

    private static List<SessionOwners.Named> ofMember(
            Tx tx, Rights rights, Session.Organization home, MembershipId member, boolean teams) {
        var root = UnitId.rootOf(new OrganizationId(home.id()));
        var named = new ArrayList<SessionOwners.Named>();
        SessionOwners.findMember(tx, home, member).ifPresent(named::add);
        if (teams) {
            var units = rights.holder().orElseThrow().roles().keySet().stream()
                    .filter(unit -> !unit.equals(root))
                    .map(UnitId::value)
                    .toList();
            named.addAll(SessionOwners.listUnits(tx, home, units));
        }
        return named;
    }

    private Session.Owner owner(Tx tx, Actor actor, SessionOwners.Named named, Entitlement entitlement, int live) {
        var owner = named.owner();
        var type = owner.member().isPresent() ? KeyType.PERSONAL : KeyType.TEAM;
        var holder = owner.holder(type);
        return new Session.Owner(
                holder.type(),
                holder.id(),
                holder.externalId(),
                named.name(),
                type.wire(),
                capabilities(actor, owner),
                grantable(tx, actor, owner, type, entitlement),
                live,
                entitlement.plan(),
                rules.findMaximum(actor, entitlement, type)
                        .map(most -> new Session.Terms(
                                new Lifetime(most.usual()).wire(),
                                new Lifetime(most.length()).wire(),
                                !most.endless(),
                                entitlement
                                        .policy()
                                        .of(type)
                                        .filter(TypePolicy::requiresCidrs)
                                        .isPresent())));
    }

    private static ScopeSet capabilities(Actor actor, KeyOwner owner) {
        var rights = actor.rightsIn(owner.organization()).orElse(Rights.NONE);
        var held = new ArrayList<Scope>();
        if (rights.sees().includes(owner.audience()) && actor.scopes().covers(Scope.KEYS_READ)) {
            held.add(Scope.KEYS_READ);
        }
        if (rights.manages().includes(owner.audience()) && actor.scopes().covers(Scope.KEYS_WRITE)) {
            held.add(Scope.KEYS_WRITE);
        }
        return new ScopeSet(held);
    }

    private static ScopeSet grantable(Tx tx, Actor actor, KeyOwner owner, KeyType type, Entitlement entitlement) {
        if (!actor.manages(owner.organization(), owner.audience())) {
            return ScopeSet.NONE;
        }
        var held = CallerRights.grantable(tx, actor, owner, type);
        return PolicyRules.findScopes(tx, entitlement.policy(), actor, owner, type)
                .map(held::within)
                .orElse(held);
    }
}
