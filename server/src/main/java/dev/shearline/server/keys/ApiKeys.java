package dev.shearline.server.keys;

import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.orgs.OwnedKeys;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.References;
import dev.shearline.server.plans.Catalog;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * API keys: what can be done with them, by whom. Each change is one transaction and then a wait, without a connection, until the nodes
 * have it.
 */
public final class ApiKeys implements OwnedKeys {

    private static final Caller SPENDING = Caller.job("spending");
    private static final Caller ROTATION = Caller.job("rotation");
    private static final Caller FORKED_HISTORY = Caller.job("forked_history");

    private final Database database;
    private final Changes changes;
    private final FeedNode feed;
    private final References references;
    private final InstantSource clock;
    private final ApiKeyStore store = new ApiKeyStore();
    private final KeyLookup lookup;
    private final CallerRows callers;
    private final KeyCreation creation;
    private final KeyImport imports;
    private final KeyEditing editing;
    private final KeyStates states;
    private final KeyRotation rotation;
    private final KeySpending spending;
    private final KeyList list;

    /** @param operatorLifetimeMax how long an operator key may live; empty for no bound */
    public ApiKeys(
            Database database,
            Changes changes,
            FeedNode feed,
            References references,
            Provisioning provisioning,
            Catalog catalog,
            KeyFormat format,
            Optional<Duration> operatorLifetimeMax,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.feed = feed;
        this.references = references;
        this.clock = clock;
        var journal = new KeyJournal(changes);
        var stateStore = new KeyStateStore();
        var owners = new OwnerRows();
        callers = new CallerRows(clock);
        var lifetimes = new Lifetimes(operatorLifetimeMax);
        lookup = new KeyLookup(database, store);
        var destinations = new Destinations(references);
        creation = new KeyCreation(
                database,
                store,
                owners,
                callers,
                destinations,
                provisioning,
                catalog,
                lifetimes,
                journal,
                format,
                random,
                clock);
        imports = new KeyImport(
                database,
                lookup,
                creation,
                callers,
                destinations,
                provisioning,
                new ImportedDigest(format),
                journal,
                random,
                clock);
        editing = new KeyEditing(store, catalog, lifetimes, journal, clock);
        states = new KeyStates(stateStore, journal, clock);
        rotation = new KeyRotation(store, stateStore, states, owners, callers, creation, lifetimes, journal, clock);
        spending = new KeySpending(store, stateStore, journal, clock);
        list = new KeyList(clock);
    }

    /** The one answer that has the secret. */
    public Changed<IssuedKey> create(Caller caller, NewApiKey wanted, Attempt attempt) {
        return changes.propagate(creation.create(caller, wanted, attempt), FeedNode.WIDENING_WAIT);
    }

    /** Keys of another system, each for itself; repeated, it changes nothing. */
    Changed<ImportReport> importKeys(Caller caller, List<ImportRow> rows, boolean dryRun) {
        return changes.propagate(imports.run(caller, rows, dryRun), FeedNode.WIDENING_WAIT);
    }

    public ApiKey get(Caller caller, ApiKeyId id) {
        var context = lookup.contextOf(caller.actor(), id);
        return database.read(context, tx -> store.find(tx, context.organization(), id))
                .map(key -> key.shownAt(clock.instant()))
                .orElseThrow(KeyProblems::notFound);
    }

    /** Operators look through all organizations unless they name one. */
    public Page<ApiKey> list(Caller caller, KeyFilter filter, Paging paging) {
        var organization = filter.organization()
                .map(ref -> organization(caller, ref))
                .or(() -> caller.actor().organizationOf());
        if (organization.isEmpty()) {
            return database.acrossTenants(
                    "an operator lists keys", tx -> list.list(tx, Optional.empty(), Reach.whole(), filter, paging));
        }
        var context = TenantContext.find(caller.actor(), organization.get()).orElseThrow(KeyProblems::notFound);
        return database.read(context, tx -> list.list(tx, organization, context.reach(), filter, paging));
    }

    private OrganizationId organization(Caller caller, Ref ref) {
        return ref.equals(new Ref.ById(OrganizationId.INSTANCE.value()))
                ? OrganizationId.INSTANCE
                : references.resolveOrganization(caller, ref);
    }

    public Changed<ApiKey> update(Caller caller, ApiKeyId id, KeyEdit edit) {
        // it may take rights away, and then the answer must be able to say that all nodes know
        return changeAlive(caller, id, FeedNode.REMOVING_WAIT, (tx, key) -> editing.edit(tx, caller, key, edit));
    }

    public Changed<ApiKey> disable(Caller caller, ApiKeyId id) {
        return change(caller, id, FeedNode.REMOVING_WAIT, (tx, key) -> states.disable(tx, caller, key));
    }

    public Changed<ApiKey> enable(Caller caller, ApiKeyId id) {
        return changeAlive(caller, id, FeedNode.WIDENING_WAIT, (tx, key) -> states.enable(tx, caller, key));
    }

    /** Final. A key that is revoked already is answered the same way, and keeps its first reason. */
    public Changed<ApiKey> revoke(Caller caller, ApiKeyId id, Revocation revocation) {
        var reason = KeyText.checkedReason(revocation.reason());
        return change(caller, id, FeedNode.REMOVING_WAIT, (tx, key) -> states.revoke(tx, caller, key, reason));
    }

    /** The new key; the old one works until its grace ends. */
    public Changed<IssuedKey> rotate(Caller caller, ApiKeyId id, Rotation wanted, Attempt attempt) {
        var context = lookup.contextOf(caller.actor(), id);
        var committed = database.inTransaction(
                context, tx -> attempt.in(tx, in -> rotation.rotate(in, caller, context.organization(), id, wanted)));
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    @FunctionalInterface
    private interface KeyLock {
        KeyRow of(Tx tx, OrganizationId organization, ApiKeyId id);
    }

    @FunctionalInterface
    private interface KeyChange {
        void to(Tx tx, KeyRow key);
    }

    /** What only takes away. */
    private Changed<ApiKey> change(Caller caller, ApiKeyId id, Duration patience, KeyChange change) {
        return change(caller, id, patience, this::locked, change);
    }

    /** What may give: whose credential has ended meanwhile gives nothing any more. */
    private Changed<ApiKey> changeAlive(Caller caller, ApiKeyId id, Duration patience, KeyChange change) {
        return change(
                caller,
                id,
                patience,
                (tx, organization, key) ->
                        callers.lockedWith(tx, caller.actor(), key, () -> locked(tx, organization, key)),
                change);
    }

    private KeyRow locked(Tx tx, OrganizationId organization, ApiKeyId id) {
        return store.findLocked(tx, organization, id).orElseThrow(KeyProblems::notFound);
    }

    private Changed<ApiKey> change(Caller caller, ApiKeyId id, Duration patience, KeyLock lock, KeyChange change) {
        var context = lookup.contextOf(caller.actor(), id);
        Committed<ApiKey> committed = database.inTransaction(context, tx -> {
            var organization = context.organization();
            var key = lock.of(tx, organization, id);
            TestMode.requireWithin(caller.actor(), key.kind().mode());
            change.to(tx, key);
            return store.find(tx, organization, id).orElseThrow().shownAt(clock.instant());
        });
        return changes.propagate(committed, patience);
    }

    /**
     * Uses a key that works once: exactly one attempt of all succeeds. Does not wait for the other nodes.
     *
     * @param useId the same one again within ten minutes is answered as a replay, by whichever node
     */
    public SpendOutcome spend(ApiKeyId id, OrganizationId organization, Optional<String> useId) {
        var committed = database.inTransaction(
                TenantContext.whole(SPENDING.actor(), organization),
                tx -> spending.spend(tx, SPENDING, organization, id, useId));
        if (committed.value() instanceof SpendOutcome.Spent spent) {
            feed.announce(committed);
            return new SpendOutcome.Spent(spent.version(), committed.entries());
        }
        return committed.value();
    }

    /** How a key that works once was used, if it was. Changes nothing: asked of keys that must not be used any more. */
    public Optional<SpendOutcome> findUse(ApiKeyId id, OrganizationId organization, String useId) {
        return database.read(
                TenantContext.whole(SPENDING.actor(), organization),
                tx -> spending.findUse(tx, organization, id, Optional.of(useId)));
    }

    /** The successor of a key has been used: the key ends, if that was agreed. May be called again. */
    public void endPredecessor(ApiKeyId newKey, OrganizationId organization) {
        announce(ROTATION.actor(), organization, tx -> rotation.endPredecessor(tx, ROTATION, organization, newKey));
    }

    /**
     * The key was dead before the history of the database forked, and is not after: somebody has to look at it.
     *
     * @param known at which version it was dead
     */
    public void disableForked(OrganizationId organization, ApiKeyId id, int known) {
        announce(
                FORKED_HISTORY.actor(),
                organization,
                tx -> states.disableForked(tx, FORKED_HISTORY, organization, id, known));
    }

    private void announce(Actor actor, OrganizationId organization, Consumer<Tx> work) {
        var committed = database.inTransaction(TenantContext.whole(actor, organization), tx -> {
            work.accept(tx);
            return organization;
        });
        if (!committed.entries().isEmpty()) {
            feed.announce(committed);
        }
    }

    @Override
    public int revokeAtUnit(Tx tx, Caller caller, OrganizationId organization, UnitId unit) {
        return states.revokeAtUnit(tx, caller, organization, unit);
    }

    @Override
    public int revokeOfMembership(Tx tx, Caller caller, OrganizationId organization, MembershipId membership) {
        return states.revokeOfMembership(tx, caller, organization, membership);
    }

    @Override
    public int forgetAddresses(Tx tx, OrganizationId organization, MembershipId membership) {
        return store.forgetAddresses(tx, organization, membership, KEYS_MAX);
    }
}
