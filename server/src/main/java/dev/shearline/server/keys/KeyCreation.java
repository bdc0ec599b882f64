package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.orgs.Provisioned;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.Unit;
import dev.shearline.server.plans.Catalog;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyMode;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Makes keys, and says what is asked of every new key, wherever it comes from. */
final class KeyCreation {

    private final Database database;
    private final ApiKeyStore store;
    private final OwnerRows owners;
    private final CallerRows callers;
    private final Destinations destinations;
    private final Provisioning provisioning;
    private final Catalog catalog;
    private final Lifetimes lifetimes;
    private final KeyJournal journal;
    private final KeyFormat format;
    private final SecureRandom random;
    private final InstantSource clock;

    KeyCreation(
            Database database,
            ApiKeyStore store,
            OwnerRows owners,
            CallerRows callers,
            Destinations destinations,
            Provisioning provisioning,
            Catalog catalog,
            Lifetimes lifetimes,
            KeyJournal journal,
            KeyFormat format,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.store = store;
        this.owners = owners;
        this.callers = callers;
        this.destinations = destinations;
        this.provisioning = provisioning;
        this.catalog = catalog;
        this.lifetimes = lifetimes;
        this.journal = journal;
        this.format = format;
        this.random = random;
        this.clock = clock;
    }

    /** What can be said of a wanted key without asking the database. */
    record Checked(
            KeyRow.Kind kind, KeyRow.Text text, ScopeSet scopes, List<String> cidrs, Optional<Instant> notBefore) {}

    Committed<IssuedKey> create(Caller caller, NewApiKey wanted, Attempt attempt) {
        var checked = check(caller.actor(), wanted);
        return switch (destinations.find(caller, wanted)) {
            case Destination.Known(var organization, var holder) -> {
                var context = TenantContext.find(caller.actor(), organization).orElseThrow(KeyProblems::notFound);
                yield database.inTransaction(
                        context,
                        tx -> attempt.in(
                                tx, in -> create(in, caller, owner(in, organization, holder), wanted, checked)));
            }
            case Destination.Provided(var place) ->
                provisioning.commit(
                        caller,
                        place,
                        (tx, made) ->
                                attempt.in(tx, in -> create(in, caller, owner(in, made, wanted), wanted, checked)));
        };
    }

    static Checked check(Actor actor, NewApiKey wanted) {
        var kind = new KeyRow.Kind(
                wanted.type(),
                wanted.visibility().orElse(Visibility.SECRET),
                wanted.mode().orElse(KeyMode.LIVE));
        if (kind.visibility() == Visibility.PUBLISHABLE && !mayBePublishable(kind.type())) {
            throw KeyProblems.invalid("visibility", "Only personal and team keys can be publishable.");
        }
        if (kind.type() == KeyType.OPERATOR && !Operators.include(actor)) {
            throw KeyProblems.forbidden("Only an operator key may make operator keys.");
        }
        TestMode.requireWithin(actor, kind.mode());
        var scopes = GrantedScopes.parse(wanted.scopes());
        var text = new KeyRow.Text(
                KeyText.name(wanted.name(), wanted.description()),
                wanted.description().map(KeyText::checkedDescription).orElse(""),
                wanted.metadata().map(KeyMetadata::checked).orElse(KeyMetadata.EMPTY),
                wanted.verifiedMetadata().flatMap(KeyMetadata::checkedVerified));
        return new Checked(
                kind,
                text,
                scopes,
                AllowedAddresses.checked(wanted.cidrs().orElse(List.of())),
                wanted.notBefore().map(time -> time.truncatedTo(ChronoUnit.MICROS)));
    }

    private static boolean mayBePublishable(KeyType type) {
        return type == KeyType.PERSONAL || type == KeyType.TEAM;
    }

    private IssuedKey create(Tx tx, Caller caller, KeyOwner owner, NewApiKey wanted, Checked checked) {
        callers.requireAlive(tx, caller.actor());
        requireReach(caller.actor(), owner);
        requireKnownScopes(tx, checked);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return issue(tx, caller, content(caller.actor(), owner, wanted, checked, now), KeyRow.Links.NONE);
    }

    void requireKnownScopes(Tx tx, Checked checked) {
        GrantedScopes.requireKnown(tx, catalog, checked.scopes(), checked.kind().visibility());
    }

    /** Of an owner within the caller's reach, with scopes that are known. */
    KeyContent content(Actor actor, KeyOwner owner, NewApiKey wanted, Checked checked, Instant now) {
        GrantedScopes.requireHeld(actor, checked.scopes());
        var maximum = lifetimes.maximum(wanted.type(), owner.plan());
        var expiresAt = lifetimes.expiry(maximum, wanted.expiresIn(), wanted.expiresAt(), now, now);
        Lifetimes.requireOrder(checked.notBefore(), expiresAt);
        var times = new KeyTimes(now, now, checked.notBefore(), expiresAt, Optional.empty());
        return new KeyContent(checked.kind(), owner, checked.text(), checked.scopes(), checked.cidrs(), times);
    }

    KeyOwner owner(Tx tx, OrganizationId id, Destination.Holder holder) {
        return switch (holder) {
            case Destination.Holder.Whole _ -> owners.ofOrganization(tx, id);
            case Destination.Holder.Unit(var unit) -> owners.ofUnit(tx, id, unit);
            case Destination.Holder.User(var user) -> owners.ofUser(tx, id, user);
            case Destination.Holder.Member(var member) -> owners.ofMembership(tx, id, member);
        };
    }

    KeyOwner owner(Tx tx, Provisioned made, NewApiKey wanted) {
        var organization = made.organization().id();
        return switch (wanted.type()) {
            case PERSONAL ->
                owners.ofMembership(
                        tx,
                        organization,
                        made.member()
                                .orElseThrow(() -> KeyProblems.invalid(
                                        "user", "\"user\" is required: say whose personal key it is."))
                                .id());
            case TEAM ->
                owners.ofUnit(tx, organization, made.unit().map(Unit::id).orElseGet(() -> UnitId.rootOf(organization)));
            case CI, EPHEMERAL, OPERATOR -> owners.ofOrganization(tx, organization);
        };
    }

    static void requireReach(Actor actor, KeyOwner owner) {
        var reach = actor.reachIn(owner.organization()).orElseThrow(KeyProblems::notFound);
        if (!reach.includes(owner.audience())) {
            throw KeyProblems.forbidden(
                    "Your credential makes keys for its own member and units only, not for " + owner.unit() + ".");
        }
    }

    /** Mints a secret and writes the key; also of a key that takes the place of another. */
    IssuedKey issue(Tx tx, Caller caller, KeyContent content, KeyRow.Links links) {
        var minted = format.mint(content.kind().mode(), content.kind().tokenKind(), random);
        var row = content.asRow(minted, links, caller.actor().id());
        store.insert(tx, row, minted.digest());
        var event = describe(KeyJournal.event(row.organization(), row.id(), "created"), row)
                .with("rotated_from", links.rotatedFrom().map(Object::toString));
        journal.record(tx, caller, ChangeKind.KEY_CREATED, row.id(), row.version(), event);
        return new IssuedKey(row.shownAt(row.times().createdAt()), new RevealedSecret(minted.secret()));
    }

    /** What a key is given at its beginning. */
    static AuditEvent describe(AuditEvent event, KeyRow row) {
        return event.with("type", row.kind().type().wire())
                .with("visibility", row.kind().visibility().wire())
                .with("mode", row.kind().mode().wire())
                .with("name", row.text().name())
                .with("owner", row.owner().holder(row.kind().type()).id())
                .with("scopes", row.scopes().wire())
                .with("cidrs", row.cidrs())
                .with("expires_at", row.times().expiresAt().map(Instant::toString));
    }
}
