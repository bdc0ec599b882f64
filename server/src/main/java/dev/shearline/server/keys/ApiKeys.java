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
import dev.shearline.server.plans.Entitlements;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * API keys: what can be done with them, by whom. Each change is one transaction and then a wait, without a connection, until the nodes
 * have it.
 */
public final class ApiKeys implements OwnedKeys {

    private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);

    private static final Caller SPENDING = Caller.job("spending");
    private static final Caller ROTATION = Caller.job("rotation");
    private static final Caller FORKED_HISTORY = Caller.job("forked_history");
    private static final Caller UNUSED = Caller.job("unused_keys");

    /** Organizations that are looked for at a time. */
    static final int ORGANIZATIONS_MAX = 100;
    /** Transactions of one organization at a time; what is left waits for the next look. */
    static final int PASSES_MAX = 20;

    private final Database database;
    private final Changes changes;
    private final FeedNode feed;
    private final References references;
    private final InstantSource clock;
    private final ApiKeyStore store = new ApiKeyStore();
    private final KeyLookup lookup;
    private final CallerRows callers;
    private final OwnerRows owners;
    private final KeyCreation creation;
    private final KeyImport imports;
    private final KeyEditing editing;
    private final KeyStates states;
    private final KeyRotation rotation;
    private final KeyMoving moving;
    private final KeySpending spending;
    private final KeyList list;
    private final IdleKeys idle;
    private final Entitlements entitlements;

    /** @param operatorLifetimeMax how long an operator key may live; empty for no bound */
    public ApiKeys(
            Database database,
            Changes changes,
            FeedNode feed,
            References references,
            Provisioning provisioning,
            Catalog catalog,
            Entitlements entitlements,
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
        owners = new OwnerRows(entitlements);
        callers = new CallerRows(clock);
        var rules = new KeyRules(entitlements, new Lifetimes(operatorLifetimeMax));
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
                rules,
                journal,
                format,
                random,
                clock);
        imports = new KeyImport(
                database,
                lookup,
                creation,
                rules,
                callers,
                destinations,
                provisioning,
                new ImportedDigest(format),
                journal,
                random,
                clock);
        editing = new KeyEditing(store, catalog, rules, journal, clock);
        states = new KeyStates(stateStore, rules, journal, clock);
        rotation = new KeyRotation(store, stateStore, states, owners, callers, creation, rules, journal, clock);
        moving = new KeyMoving(store, owners, callers, rules, journal, clock);
        spending = new KeySpending(store, stateStore, journal, clock);
        list = new KeyList(clock);
        idle = new IdleKeys(states, changes, clock);
        this.entitlements = entitlements;
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

    /** The same by the id as somebody has written it: what can be no key's id is as absent as one that is not there. */
    public ApiKey get(Caller caller, String id) {
        return get(caller, ApiKeyId.find(id).orElseThrow(KeyProblems::notFound));
    }

    /** Operators look through all organizations unless they name one. */
    public Page<ApiKey> list(Caller caller, KeyFilter filter, Paging paging) {
        var organization = filter.organization()
                .map(ref -> organization(caller, ref))
                .or(() -> caller.actor().organizationOf());
        if (organization.isEmpty()) {
            if (filter.rotationDue()) {
                throw KeyProblems.invalidParameter(
                        "organization",
                        "\"organization\" is required with \"rotation_due\": when a rotation is due each one says itself.");
            }
            return database.acrossTenants(
                    "an operator lists keys", tx -> list.list(tx, Optional.empty(), Reach.whole(), filter, paging));
        }
        var context = TenantContext.find(caller.actor(), organization.get()).orElseThrow(KeyProblems::notFound);
        return database.read(context, tx -> list.list(tx, organization, context.sees(), filter, paging));
    }

    private OrganizationId organization(Caller caller, Ref ref) {
        return ref.equals(new Ref.ById(OrganizationId.INSTANCE.value()))
                ? OrganizationId.INSTANCE
                : references.resolveOrganization(caller, ref);
    }

    public Changed<ApiKey> update(Caller caller, ApiKeyId id, KeyEdit edit) {
        // it may take rights away, and then the answer must be able to say that all nodes know
        return changeAlive(caller, id, FeedNode.REMOVING_WAIT, (tx, now, key) -> editing.edit(tx, now, key, edit));
    }

    public Changed<ApiKey> disable(Caller caller, ApiKeyId id) {
        return change(caller, id, FeedNode.REMOVING_WAIT, (tx, now, key) -> states.disable(tx, now, key));
    }

    public Changed<ApiKey> enable(Caller caller, ApiKeyId id) {
        return changeAlive(caller, id, FeedNode.WIDENING_WAIT, (tx, now, key) -> states.enable(tx, now, key));
    }

    /** Final. A key that is revoked already is answered the same way, and keeps its first reason. */
    public Changed<ApiKey> revoke(Caller caller, ApiKeyId id, Revocation revocation) {
        var reason = KeyText.checkedReason(revocation.reason());
        return change(caller, id, FeedNode.REMOVING_WAIT, (tx, now, key) -> states.revoke(tx, now, key, reason));
    }

    /** The new key; the old one works until its grace ends. */
    public Changed<IssuedKey> rotate(Caller caller, ApiKeyId id, Rotation wanted, Attempt attempt) {
        var context = lookup.contextOf(caller.actor(), id);
        var committed = database.inTransaction(
                context, tx -> attempt.in(tx, in -> rotation.rotate(in, caller, context.organization(), id, wanted)));
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** To another unit of its organization. */
    public Changed<ApiKey> move(Caller caller, ApiKeyId id, KeyMove wanted) {
        var context = lookup.contextOf(caller.actor(), id);
        var organization = context.organization();
        var home = Optional.<Ref>of(new Ref.ById(organization.value()));
        var unit = references.resolveUnit(caller, home, Optional.empty(), wanted.unit(), "unit");
        var committed = database.inTransaction(
                context,
                tx -> moving.move(tx, caller, organization, id, unit.id()).shownAt(clock.instant()));
        return changes.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    @FunctionalInterface
    private interface KeyLock {
        CallerRows.Locked<KeyRow> of(Tx tx, OrganizationId organization, ApiKeyId id);
    }

    @FunctionalInterface
    private interface KeyChange {
        /** @param caller as they are when the key is locked */
        void to(Tx tx, Caller caller, KeyRow key);
    }

    /** What only takes away. */
    private Changed<ApiKey> change(Caller caller, ApiKeyId id, Duration patience, KeyChange change) {
        return change(
                caller,
                id,
                patience,
                (tx, organization, key) -> new CallerRows.Locked<>(caller.actor(), locked(tx, organization, key)),
                change);
    }

    /**
     * What may give: whose credential or rights have ended meanwhile gives nothing any more. Whoever takes rights away holds the organization
     * alone, so it is shared before anything is locked.
     */
    private Changed<ApiKey> changeAlive(Caller caller, ApiKeyId id, Duration patience, KeyChange change) {
        return change(
                caller,
                id,
                patience,
                (tx, organization, key) -> {
                    Changes.hold(tx, organization);
                    return callers.lockedWith(tx, caller.actor(), key, () -> locked(tx, organization, key));
                },
                change);
    }

    private KeyRow locked(Tx tx, OrganizationId organization, ApiKeyId id) {
        return store.findLocked(tx, organization, id).orElseThrow(KeyProblems::notFound);
    }

    private Changed<ApiKey> change(Caller caller, ApiKeyId id, Duration patience, KeyLock lock, KeyChange change) {
        var context = lookup.contextOf(caller.actor(), id);
        Committed<ApiKey> committed = database.inTransaction(context, tx -> {
            var organization = context.organization();
            if (!context.manages().isWhole()) {
                // row-level security would not let it be locked
                CallerRights.requireManages(
                        caller.actor(), store.find(tx, organization, id).orElseThrow(KeyProblems::notFound));
            }
            var locked = lock.of(tx, organization, id);
            var key = locked.row();
            CallerRights.requireManages(locked.actor(), key);
            TestMode.requireWithin(locked.actor(), key.kind().mode());
            change.to(tx, new Caller(locked.actor(), caller.origin()), key);
            return store.find(tx, organization, id).orElseThrow().shownAt(clock.instant());
        });
        return changes.propagate(committed, patience);
    }

    /**
     * Uses a key that works once: exactly one attempt of all succeeds. Does not wait for the other nodes.
     *
     * @param useId the same one again within ten minutes is answered as a replay, by whichever node
     * @param onSpent what is done in the transaction of the attempt that succeeds
     */
    public SpendOutcome spend(ApiKeyId id, OrganizationId organization, Optional<String> useId, Consumer<Tx> onSpent) {
        var committed = database.inTransaction(
                TenantContext.whole(SPENDING.actor(), organization),
                tx -> spending.spend(tx, SPENDING, organization, id, useId, onSpent));
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

    /** Warns of keys that nobody uses and disables them, wherever a policy says so. */
    public void lookForUnused() {
        var last = Optional.<OrganizationId>empty();
        List<OrganizationId> some;
        do {
            var after = last;
            some = database.acrossTenants(
                    "which organizations disable unused keys", tx -> idle.organizations(tx, after, ORGANIZATIONS_MAX));
            some.forEach(this::tryToLookForUnused);
            last = some.isEmpty() ? Optional.empty() : Optional.of(some.getLast());
        } while (some.size() == ORGANIZATIONS_MAX);
    }

    /** One that cannot be looked through now holds up no other. */
    private void tryToLookForUnused(OrganizationId organization) {
        try {
            lookForUnused(organization);
        } catch (RuntimeException e) {
            log.warn("cannot look for unused keys of {} now: {}", organization, e.getMessage());
        }
    }

    private void lookForUnused(OrganizationId organization) {
        for (int pass = 0; pass < PASSES_MAX; pass++) {
            var more = database.inTransaction(
                    TenantContext.whole(UNUSED.actor(), organization),
                    tx -> entitlements
                            .get(tx, organization)
                            .policy()
                            .idle()
                            .filter(days -> idle.pass(tx, UNUSED, organization, days))
                            .isPresent());
            if (!more.entries().isEmpty()) {
                feed.announce(more);
            }
            if (!more.value()) {
                return;
            }
        }
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
    public int countAtUnit(Tx tx, OrganizationId organization, UnitId unit) {
        return states.countAtUnit(tx, organization, unit);
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
