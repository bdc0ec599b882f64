package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.token.ApiKeyId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Gives a team's key to another unit of its organization: another boundary, and others who see it. The key itself stays as it is. */
final class KeyMoving {

    private final ApiKeyStore store;
    private final OwnerRows owners;
    private final CallerRows callers;
    private final KeyRules rules;
    private final KeyJournal journal;
    private final InstantSource clock;

    KeyMoving(
            ApiKeyStore store,
            OwnerRows owners,
            CallerRows callers,
            KeyRules rules,
            KeyJournal journal,
            InstantSource clock) {
        this.store = store;
        this.owners = owners;
        this.callers = callers;
        this.rules = rules;
        this.journal = journal;
        this.clock = clock;
    }

    /** Takes rights at both units. Writes nothing when the key is there already. */
    KeyRow move(Tx tx, Caller caller, OrganizationId organization, ApiKeyId id, UnitId unit) {
        var seen = store.find(tx, organization, id).orElseThrow(KeyProblems::notFound);
        CallerRights.requireManages(caller.actor(), seen);
        TestMode.requireWithin(caller.actor(), seen.kind().mode());
        if (seen.kind().type() != KeyType.TEAM) {
            throw KeyProblems.conflict("Only the keys of teams, departments and the organization move between units.");
        }
        var owned = owners.ofUnit(tx, organization, unit, Addition.NONE);
        var owner = owned.owner();
        var locked = callers.lockedWith(
                tx,
                caller.actor(),
                id,
                () -> store.findLocked(tx, organization, id).orElseThrow(KeyProblems::notFound));
        var key = locked.row();
        if (key.life().state().isFinal()) {
            throw KeyProblems.conflict(
                    "The key is " + key.statusAt(clock.instant()).wire() + ", which is final: it stays where it was.");
        }
        if (key.owner().unit().equals(unit)) {
            return key;
        }
        CallerRights.requireManages(locked.actor(), key);
        CallerRights.requireMakes(locked.actor(), owner, KeyType.TEAM);
        GrantedScopes.requireHeldToWiden(CallerRights.grantable(tx, locked.actor(), owner, KeyType.TEAM), key.scopes());
        // as if it were made there
        rules.requireAllowed(tx, owned, locked.actor(), KeyType.TEAM, key.scopes(), key.cidrs());
        int version = store.move(tx, key, owner, clock.instant().truncatedTo(ChronoUnit.MICROS));
        var event = KeyJournal.event(organization, id, "moved")
                .with("from", key.owner().unit().value())
                .with("to", unit.value());
        journal.record(tx, caller, ChangeKind.KEY_UPDATED, id, version, event);
        return store.find(tx, organization, id).orElseThrow();
    }
}
