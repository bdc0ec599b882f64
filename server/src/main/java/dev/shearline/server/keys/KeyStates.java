package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.orgs.OwnedKeys;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Disables, enables and revokes. What is so already is left as it is and noted nowhere: saying a thing twice is no change. */
final class KeyStates {

    private final KeyStateStore store;
    private final KeyRules rules;
    private final KeyJournal journal;
    private final InstantSource clock;

    KeyStates(KeyStateStore store, KeyRules rules, KeyJournal journal, InstantSource clock) {
        this.store = store;
        this.rules = rules;
        this.journal = journal;
        this.clock = clock;
    }

    void disable(Tx tx, Caller caller, KeyRow key) {
        requireLiving(key, "disabled");
        var cause = DisabledCause.by(caller.actor(), key);
        store.disable(tx, key.organization(), key.id(), cause, now())
                .ifPresent(version -> recordDisabled(tx, caller, key.organization(), key.id(), cause, version));
    }

    /**
     * Also of a key that is disabled already, since its organization could enable it. Nothing happens to one that is dead, or that an
     * operator has confirmed since.
     *
     * @param known at which version the key was dead
     */
    void disableForked(Tx tx, Caller caller, OrganizationId organization, ApiKeyId id, int known) {
        store.disableForked(tx, organization, id, known, now())
                .ifPresent(
                        version -> recordDisabled(tx, caller, organization, id, DisabledCause.HISTORY_FORKED, version));
    }

    /** One that is disabled already stays so for its own cause. */
    void disableUnused(Tx tx, Caller caller, OrganizationId organization, ApiKeyId id) {
        store.disable(tx, organization, id, DisabledCause.UNUSED, now())
                .ifPresent(version -> recordDisabled(tx, caller, organization, id, DisabledCause.UNUSED, version));
    }

    private void recordDisabled(
            Tx tx, Caller caller, OrganizationId organization, ApiKeyId id, DisabledCause cause, int version) {
        var event = KeyJournal.event(organization, id, "disabled").with("cause", cause.wire());
        journal.record(tx, caller, ChangeKind.KEY_DISABLED, id, version, event);
    }

    void enable(Tx tx, Caller caller, KeyRow key) {
        requireLiving(key, "enabled");
        if (key.life().state() == KeyState.DISABLED) {
            requireMayEnable(tx, caller.actor(), key);
            rules.requireIncluded(tx, key, now());
        }
        store.enable(tx, key.organization(), key.id(), now()).ifPresent(version -> {
            var event = KeyJournal.event(key.organization(), key.id(), "enabled");
            journal.record(tx, caller, ChangeKind.KEY_ENABLED, key.id(), version, event);
        });
    }

    private static void requireMayEnable(Tx tx, Actor actor, KeyRow key) {
        switch (key.life().disabledCause().orElse(DisabledCause.MANUAL)) {
            case HISTORY_FORKED -> {
                if (!Operators.include(actor)) {
                    throw KeyProblems.forbidden(
                            "This key was dead before the database went back in time: only an operator may say"
                                    + " that it lives. Ask one, or revoke the key.");
                }
            }
            case ADMINISTRATOR -> {
                if (!DisabledCause.reachesWhole(actor, key)) {
                    throw KeyProblems.forbidden(
                            "An administrator has disabled this key: only a credential that reaches the"
                                    + " whole organization may enable it. Ask an administrator.");
                }
            }
            case UNUSED, MANUAL -> {}
        }
        GrantedScopes.requireHeldToWiden(
                CallerRights.grantable(tx, actor, key.owner(), key.kind().type()), key.scopes());
    }

    private static void requireLiving(KeyRow key, String what) {
        switch (key.life().state()) {
            case REVOKED ->
                throw KeyProblems.conflict("The key is revoked, which is final: it cannot be " + what + ".");
            case USED -> throw KeyProblems.conflict("The key is used up, which is final: it cannot be " + what + ".");
            case ACTIVE, DISABLED -> {}
        }
    }

    /** An expired key too, to clean up; a revoked one keeps its first reason. */
    void revoke(Tx tx, Caller caller, KeyRow key, Optional<String> reason) {
        if (key.life().state() == KeyState.USED) {
            throw KeyProblems.conflict("The key is used up, which is final: there is nothing to revoke.");
        }
        revoke(tx, caller, key.organization(), key.id(), RevocationCause.MANUAL, reason);
    }

    void revoke(
            Tx tx,
            Caller caller,
            OrganizationId organization,
            ApiKeyId id,
            RevocationCause cause,
            Optional<String> reason) {
        var actor = caller.actor().id();
        store.revoke(tx, organization, id, actor, cause, reason, now()).ifPresent(version -> {
            var event = KeyJournal.event(organization, id, "revoked")
                    .with("cause", cause.wire())
                    .with("reason", reason);
            journal.record(tx, caller, ChangeKind.KEY_REVOKED, id, version, event);
        });
    }

    int revokeOfMembership(Tx tx, Caller caller, OrganizationId organization, MembershipId membership) {
        revokeAll(tx, caller, organization, store.lockLivingOf(tx, organization, membership, OwnedKeys.KEYS_MAX));
        return store.countLivingOf(tx, organization, membership);
    }

    int countAtUnit(Tx tx, OrganizationId organization, UnitId unit) {
        return store.countUsableAt(tx, organization, unit, now());
    }

    int revokeAtUnit(Tx tx, Caller caller, OrganizationId organization, UnitId unit) {
        revokeAll(tx, caller, organization, store.lockLivingAt(tx, organization, unit, OwnedKeys.KEYS_MAX));
        return store.countLivingAt(tx, organization, unit);
    }

    private void revokeAll(Tx tx, Caller caller, OrganizationId organization, List<ApiKeyId> ids) {
        ids.forEach(id -> revoke(tx, caller, organization, id, RevocationCause.OWNER_REMOVED, Optional.empty()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
