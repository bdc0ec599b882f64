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
import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.orgs.Provisioned;
import dev.shearline.server.orgs.Provisioning;
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
    private final KeyRules rules;
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
            KeyRules rules,
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
        this.rules = rules;
        this.journal = journal;
        this.format = format;
        this.random = random;
        this.clock = clock;
    }

    /** What can be said of a wanted key without asking the database. */
    record Checked(
            KeyRow.Kind kind,
            KeyRow.Text text,
            ScopeSet scopes,
            List<String> cidrs,
            List<String> resources,
            LimitSet limits,
            Optional<Instant> notBefore) {}

    Committed<IssuedKey> create(Caller caller, NewApiKey wanted, Attempt attempt) {
        var checked = check(caller.actor(), wanted);
        return switch (destinations.find(caller, wanted.type(), wanted.place())) {
            case Destination.Known(var organization, var holder) -> {
                var context = TenantContext.find(caller.actor(), organization).orElseThrow(KeyProblems::notFound);
                yield database.inTransaction(
                        context,
                        tx -> attempt.in(
                                tx,
                                in -> create(
                                        in, caller, owned(in, organization, holder, wanted.type()), wanted, checked)));
            }
            case Destination.Provided(var place) ->
                provisioning.commit(
                        caller,
                        place,
                        (tx, made) -> attempt.in(
                                tx, in -> create(in, caller, owned(in, made, wanted.type()), wanted, checked)));
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
        var forcing = Forcing.of(actor);
        var scopes = forcing.scopes(GrantedScopes.parse(wanted.scopes()));
        var text = new KeyRow.Text(
                KeyText.name(wanted.name(), wanted.description()),
                wanted.description().map(KeyText::checkedDescription).orElse(""),
                forcing.metadata(wanted.metadata().map(KeyMetadata::checked).orElse(KeyMetadata.EMPTY)),
                forcing.verifiedMetadata(wanted.verifiedMetadata().flatMap(KeyMetadata::checkedVerified)));
        return new Checked(
                kind,
                text,
                scopes,
                AllowedAddresses.checked(wanted.cidrs().orElse(List.of())),
                AllowedResources.checked(kind.type(), wanted.resources().orElse(List.of())),
                wanted.limits(),
                wanted.notBefore().map(time -> time.truncatedTo(ChronoUnit.MICROS)));
    }

    private static boolean mayBePublishable(KeyType type) {
        return type == KeyType.PERSONAL || type == KeyType.TEAM;
    }

    private IssuedKey create(Tx tx, Caller caller, Owned owned, NewApiKey wanted, Checked checked) {
        var actor = callers.requireAlive(tx, caller.actor());
        CallerRights.requireMakes(actor, owned.owner(), wanted.type());
        requireKnownScopes(tx, checked);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var content = content(tx, actor, owned, wanted, checked, now);
        rules.requireRoom(tx, owned, wanted.type(), now);
        return issue(tx, caller, content, KeyRow.Links.NONE);
    }

    void requireKnownScopes(Tx tx, Checked checked) {
        GrantedScopes.requireKnown(tx, catalog, checked.scopes(), checked.kind().visibility());
    }

    /** Of an owner for whom the caller may make keys, with scopes that are known. */
    KeyContent content(Tx tx, Actor actor, Owned owned, NewApiKey wanted, Checked checked, Instant now) {
        var owner = owned.owner();
        GrantedScopes.requireHeld(CallerRights.grantable(tx, actor, owner, wanted.type()), checked.scopes());
        rules.requireAllowed(tx, owned, actor, wanted.type(), checked.scopes(), checked.cidrs());
        var asked = new Lifetimes.Asked(wanted.expiresIn(), wanted.expiresAt());
        var expiresAt = rules.expiry(tx, actor, owned.entitlement(), wanted.type(), asked, now);
        Lifetimes.requireOrder(checked.notBefore(), expiresAt);
        var times = new KeyTimes(now, now, checked.notBefore(), expiresAt, Optional.empty());
        var billed = wanted.billedTo().map(unit -> Billed.get(tx, owner, wanted.type(), unit));
        return new KeyContent(
                checked.kind(),
                owner,
                checked.text(),
                checked.scopes(),
                checked.cidrs(),
                checked.resources(),
                billed,
                checked.limits(),
                times);
    }

    Owned owned(Tx tx, OrganizationId id, Destination.Holder holder, KeyType type) {
        return owners.of(tx, id, holder, Addition.of(type));
    }

    Owned owned(Tx tx, Provisioned made, KeyType type) {
        return owners.of(tx, made, type, Addition.of(type));
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
                .with("resources", row.resources())
                .with("limits", row.limits().wire())
                .with("billed_to", row.billed().map(billed -> billed.unit().value()))
                .with("expires_at", row.times().expiresAt().map(Instant::toString));
    }
}
