package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.orgs.Settable;
import dev.shearline.server.plans.Catalog;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Changes what a key is called and what it may do. */
final class KeyEditing {

    private final ApiKeyStore store;
    private final Catalog catalog;
    private final KeyRules rules;
    private final KeyJournal journal;
    private final InstantSource clock;

    KeyEditing(ApiKeyStore store, Catalog catalog, KeyRules rules, KeyJournal journal, InstantSource clock) {
        this.store = store;
        this.catalog = catalog;
        this.rules = rules;
        this.journal = journal;
        this.clock = clock;
    }

    void edit(Tx tx, Caller caller, KeyRow key, KeyEdit edit) {
        if (key.life().state().isFinal()) {
            throw KeyProblems.conflict(
                    "The key is " + key.statusAt(clock.instant()).wire() + ", which is final: create a new one.");
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var after = edited(tx, caller.actor(), key, edit, now);
        if (after.equals(key)) {
            return;
        }
        Forcing.of(caller.actor()).requireKept(key, after);
        if (!after.scopes().equals(key.scopes())) {
            GrantedScopes.requireKnown(tx, catalog, after.scopes(), key.kind().visibility());
        }
        rules.requireEditAllowed(tx, caller.actor(), key, after);
        if (Widening.isBetween(key, after, now)) {
            GrantedScopes.requireHeldToWiden(
                    CallerRights.grantable(
                            tx, caller.actor(), key.owner(), key.kind().type()),
                    after.scopes());
        }
        int version = store.edit(tx, key, after, now);
        journal.record(tx, caller, ChangeKind.KEY_UPDATED, key.id(), version, event(key, after));
    }

    private KeyRow edited(Tx tx, Actor actor, KeyRow key, KeyEdit edit, Instant now) {
        var text = new KeyRow.Text(
                edit.name().map(KeyText::checkedName).orElse(key.text().name()),
                edit.description()
                        .map(KeyText::checkedDescription)
                        .orElse(key.text().description()),
                edit.metadata()
                        .map(given -> metadata(actor, key, given))
                        .orElse(key.text().metadata()),
                verified(key, edit));
        return new KeyRow(
                key.id(),
                key.kind(),
                key.owner(),
                key.shown(),
                text,
                edit.scopes().map(GrantedScopes::parse).orElse(key.scopes()),
                edit.cidrs().map(AllowedAddresses::checked).orElse(key.cidrs()),
                edit.resources()
                        .map(texts -> AllowedResources.checked(key.kind().type(), texts))
                        .orElse(key.resources()),
                edit.billedTo()
                        .map(unit -> Billed.get(tx, key.owner(), key.kind().type(), unit))
                        .over(key.billed()),
                limits(key.limits(), edit),
                times(tx, actor, key, edit, now),
                key.life(),
                key.links(),
                key.activity(),
                key.createdBy(),
                key.version());
    }

    private static LimitSet limits(LimitSet before, KeyEdit edit) {
        return LimitSet.checked(
                edit.rateLimits().orElse(before.rateLimits()), edit.quota().over(before.quota()));
    }

    /** The database writes JSON its own way: what means the same is no change. */
    private static String metadata(Actor actor, KeyRow key, JsonNode given) {
        var text = Forcing.of(actor).metadata(KeyMetadata.checked(given));
        return KeyMetadata.parse(text).equals(KeyMetadata.parse(key.text().metadata()))
                ? key.text().metadata()
                : text;
    }

    private static Optional<String> verified(KeyRow key, KeyEdit edit) {
        return switch (edit.verifiedMetadata()) {
            case Settable.Unset<?> _ -> key.text().verifiedMetadata();
            case Settable.Cleared<?> _ -> Optional.empty();
            case Settable.Set<JsonNode>(var given) -> KeyMetadata.checkedVerified(given);
        };
    }

    private KeyTimes times(Tx tx, Actor actor, KeyRow key, KeyEdit edit, Instant now) {
        var times = key.times();
        var notBefore = edit.notBefore()
                .map(time -> time.truncatedTo(ChronoUnit.MICROS))
                .over(times.notBefore());
        var expiresAt = expiresAt(tx, actor, key, edit, now);
        if (!notBefore.equals(times.notBefore()) || !expiresAt.equals(times.expiresAt())) {
            Lifetimes.requireOrder(notBefore, expiresAt);
        }
        return times.valid(notBefore, expiresAt);
    }

    private Optional<Instant> expiresAt(Tx tx, Actor actor, KeyRow key, KeyEdit edit, Instant now) {
        var times = key.times();
        var in = edit.expiresAt() instanceof Settable.Cleared<?> ? Optional.of(Lifetimes.NONE) : edit.expiresIn();
        var at = edit.expiresAt().over(Optional.empty());
        if (in.isEmpty() && at.isEmpty()) {
            return times.expiresAt();
        }
        if (times.isExpiredAt(now)) {
            throw KeyProblems.conflict("The key has expired and cannot be extended: recreate it.");
        }
        return rules.changedExpiry(tx, actor, key, new Lifetimes.Asked(in, at), now);
    }

    /** Of metadata it says only that it has changed: it may hold what belongs in no log. */
    private static AuditEvent event(KeyRow before, KeyRow after) {
        var event = KeyJournal.event(before.organization(), before.id(), "updated");
        event = changed(event, "name", before.text().name(), after.text().name());
        event = changed(
                event, "description", before.text().description(), after.text().description());
        event = changed(event, "scopes", before.scopes().wire(), after.scopes().wire());
        event = changed(event, "cidrs", before.cidrs(), after.cidrs());
        event = changed(event, "resources", before.resources(), after.resources());
        event = changed(event, "limits", before.limits().wire(), after.limits().wire());
        event = changed(event, "billed_to", billed(before), billed(after));
        event = changed(
                event,
                "expires_at",
                text(before.times().expiresAt()),
                text(after.times().expiresAt()));
        event = changed(
                event,
                "not_before",
                text(before.times().notBefore()),
                text(after.times().notBefore()));
        if (!before.text().metadata().equals(after.text().metadata())) {
            event = event.with("metadata", "changed");
        }
        return before.text().verifiedMetadata().equals(after.text().verifiedMetadata())
                ? event
                : event.with("verified_metadata", "changed");
    }

    private static AuditEvent changed(AuditEvent event, String field, Object before, Object after) {
        return before.equals(after) ? event : event.with(field, List.of(before, after));
    }

    /** Empty for the owner. */
    private static String billed(KeyRow key) {
        return key.billed().map(billed -> billed.unit().value()).orElse("");
    }

    private static String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse("");
    }
}
