package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Puts a new key in the place of another.
 *
 * <p>Locks as everywhere: the owner first, then the old key and the caller's. The old key works until its grace ends, which is a time and
 * needs no further change, or until the new one is used first, which verification and authentication tell {@link #endPredecessor}.
 */
final class KeyRotation {

    private final ApiKeyStore store;
    private final KeyStateStore states;
    private final KeyStates life;
    private final OwnerRows owners;
    private final CallerRows callers;
    private final KeyCreation creation;
    private final KeyRules rules;
    private final KeyJournal journal;
    private final InstantSource clock;

    KeyRotation(
            ApiKeyStore store,
            KeyStateStore states,
            KeyStates life,
            OwnerRows owners,
            CallerRows callers,
            KeyCreation creation,
            KeyRules rules,
            KeyJournal journal,
            InstantSource clock) {
        this.store = store;
        this.states = states;
        this.life = life;
        this.owners = owners;
        this.callers = callers;
        this.creation = creation;
        this.rules = rules;
        this.journal = journal;
        this.clock = clock;
    }

    IssuedKey rotate(Tx tx, Caller caller, OrganizationId organization, ApiKeyId id, Rotation rotation) {
        var grace = Lifetimes.grace(rotation.grace());
        var seen = store.find(tx, organization, id).orElseThrow(KeyProblems::notFound);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        CallerRights.requireManages(caller.actor(), seen);
        TestMode.requireWithin(caller.actor(), seen.kind().mode());
        requireRotatable(seen, now);
        var owned = owners.again(tx, seen.owner(), seen.kind());
        var locked = callers.lockedWith(
                tx,
                caller.actor(),
                id,
                () -> store.findLocked(tx, organization, id).orElseThrow(KeyProblems::notFound));
        var old = locked.row();
        // it may have waited, and the key have ended or moved
        now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        requireRotatable(old, now);
        requireOneGrace(tx, old, grace, now);
        if (!old.owner().unit().equals(seen.owner().unit())) {
            throw Problem.of(
                            ProblemCode.CONFLICT,
                            "The key is being moved to another unit at the same time: repeat the request.")
                    .asException();
        }
        // whoever rotates gets a secret with these scopes in hand
        CallerRights.requireManages(locked.actor(), old);
        GrantedScopes.requireHeld(
                CallerRights.grantable(
                        tx, locked.actor(), owned.owner(), old.kind().type()),
                old.scopes());
        rules.requireCreator(tx, owned, locked.actor(), old);
        boolean endAtFirstUse = !grace.isZero() && rotation.endAtFirstUse().orElse(false);
        var links = new KeyRow.Links(Optional.of(id), Optional.empty(), endAtFirstUse);
        var successor = creation.issue(tx, caller, successor(tx, locked.actor(), old, owned, now), links);
        end(tx, caller, old, successor.key().id(), grace, now);
        return successor;
    }

    private static void requireRotatable(KeyRow key, Instant now) {
        if (key.kind().type() == KeyType.EPHEMERAL) {
            throw KeyProblems.conflict("An ephemeral key works once and is not rotated: create a new one.");
        }
        key.links().rotatedTo().ifPresent(successor -> {
            throw KeyProblems.conflict("The key has been rotated already: rotate " + successor + " instead.");
        });
        switch (key.statusAt(now)) {
            case REVOKED -> throw KeyProblems.conflict("The key is revoked and cannot be rotated: create a new one.");
            case USED -> throw KeyProblems.conflict("The key is used up and cannot be rotated: create a new one.");
            case EXPIRED -> throw KeyProblems.conflict("The key has expired and cannot be rotated: recreate it.");
            case DISABLED ->
                throw KeyProblems.conflict("The key is disabled: enable it before you rotate it, or create a new one.");
            case ROTATING -> throw KeyProblems.conflict("The key is being rotated already.");
            case NOT_YET_VALID, EXPIRING, ACTIVE -> {}
        }
    }

    /** At most two of the keys that were rotated one into the next work at a time: the last, and one in its grace. */
    private void requireOneGrace(Tx tx, KeyRow old, Duration grace, Instant now) {
        if (grace.isZero() || old.links().rotatedFrom().isEmpty()) {
            return;
        }
        var here = tx.context();
        // a predecessor may have stayed at a unit that the caller does not see
        tx.enter(here.widened());
        var working = store.findPredecessorAtWork(tx, old.organization(), old.id(), now);
        tx.enter(here);
        working.ifPresent(predecessor -> {
            throw KeyProblems.conflict("The key that this one replaced works on in its grace: revoke " + predecessor
                    + " or wait until it ends, or rotate this one with a grace of 0.");
        });
    }

    private KeyContent successor(Tx tx, Actor actor, KeyRow old, Owned owned, Instant now) {
        var notBefore = old.times().notBefore().filter(time -> time.isAfter(now));
        var expiresAt = rules.renewed(tx, actor, owned.entitlement(), old, now);
        var times = new KeyTimes(now, now, notBefore, expiresAt, Optional.empty());
        return new KeyContent(
                old.kind(),
                owned.owner(),
                Forcing.of(actor).successor(old.text()),
                old.scopes(),
                old.cidrs(),
                old.resources(),
                old.billed(),
                old.limits(),
                times);
    }

    private void end(Tx tx, Caller caller, KeyRow old, ApiKeyId successor, Duration grace, Instant now) {
        var endsAt = Optional.of(now.plus(grace));
        int version = states.succeed(tx, old.organization(), old.id(), successor, endsAt, now)
                .orElseThrow(() -> new IllegalStateException("a locked key has gone"));
        var event = KeyJournal.event(old.organization(), old.id(), "rotated")
                .with("rotated_to", successor.toString())
                .with("ends_at", endsAt.map(Instant::toString));
        journal.record(tx, caller, ChangeKind.KEY_UPDATED, old.id(), version, event);
        if (grace.isZero()) {
            life.revoke(tx, caller, old.organization(), old.id(), RevocationCause.ROTATED, Optional.empty());
        }
    }

    /** The new key has been used: the old one ends now. Says nothing when that has been done. */
    void endPredecessor(Tx tx, Caller caller, OrganizationId organization, ApiKeyId newKey) {
        var seen = store.find(tx, organization, newKey);
        if (seen.isEmpty() || !seen.get().links().endAtFirstUse()) {
            return;
        }
        var old = seen.get().links().rotatedFrom().orElseThrow();
        states.lock(tx, organization, List.of(newKey, old));
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        states.forgetFirstUse(tx, organization, newKey, now).ifPresent(version -> {
            var event = KeyJournal.event(organization, newKey, "first_used").with("rotated_from", old.toString());
            journal.record(tx, caller, ChangeKind.KEY_UPDATED, newKey, version, event);
            life.revoke(tx, caller, organization, old, RevocationCause.ROTATED, Optional.empty());
        });
    }
}
