package dev.shearline.server.verify;

import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.Position;
import dev.shearline.server.feed.Replica;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.orgs.RoleGrants;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Everything that verification needs to know, in memory, on every node.
 *
 * <p>Complete as long as all keys fit: then a miss is final, and nobody asks the database. Beyond, some have to be read through
 * ({@link HeldKeys}). Dead keys stay as tombstones for 90 days, so that they are refused with their reason. Written by the follower's
 * thread, keys also by who reads them through; read without locks.
 *
 * <h2>What an entry does</h2>
 * A removing entry (revoked, disabled, suspended…) acts from the entry alone, and only if its version is higher than the one held. Any
 * other entry stands for "read the row again", and what is read replaces what is held at the same or a lower version; no row means
 * removed. So the order of entries inside a batch does not matter, and an entry may come twice.
 *
 * <h2>Forked history</h2>
 * A failover or a restore can bring a revoked key back in the database, active or disabled as it was before. After loading again, a key
 * that this node knew as revoked or used keeps its tombstone, and is reported to be disabled by an ordinary change with a version above
 * that of the death. Only a row that says so lifts the tombstone: that it is disabled for this reason, which only an operator undoes, or
 * that an operator has confirmed it, at a version above that of the death. Any other later version, such as a new name or an {@code enable}
 * by the key's own organization, says nothing about it.
 */
public final class Directory implements Replica {

    /**
     * A key that is dead here and not in the database.
     *
     * @param deadAt at which version it was dead
     */
    public record Resurrected(OrganizationId organization, ApiKeyId key, int deadAt) {}

    private final InstantSource clock;
    private final long maxKeys;
    private final LongAdder evictions = new LongAdder();
    private volatile DirectoryState state;
    private volatile Consumer<List<Resurrected>> onResurrected = _ -> {};
    private volatile Consumer<Handle> beside = _ -> {};
    private long sweptDay;

    /** @param maxKeys how many live keys are held */
    public Directory(InstantSource clock, long maxKeys) {
        this.clock = clock;
        this.maxKeys = maxKeys;
        this.state = new DirectoryState(new HeldKeys(HeldKeys.Expected.NONE, maxKeys, evictions), Position.NONE);
    }

    public void onResurrected(Consumer<List<Resurrected>> listener) {
        onResurrected = listener;
    }

    /** What else has to be read from the same snapshot before this node answers. */
    public void loadBeside(Consumer<Handle> reader) {
        beside = reader;
    }

    /** Whether the key is known as revoked or used, which is final, whatever a database that has gone back in time says. */
    public boolean isDead(KeyDigest digest) {
        return state.keys.find(digest) instanceof DeadKey dead && dead.reason() != Reason.DISABLED;
    }

    /** How many keys are held, tombstones included. */
    public int size() {
        return state.keys.size();
    }

    /** How many keys are known, held or not. */
    public int known() {
        return state.keys.known();
    }

    /** Whether all keys are held. */
    public boolean isComplete() {
        return state.keys.isComplete();
    }

    /** How many keys were forgotten to make room. */
    public long evictions() {
        return evictions.sum();
    }

    HeldKeys keys() {
        return state.keys;
    }

    /** Where an organization's record is; empty when there is no such organization. */
    Optional<Records.Organization> findOrganization(OrganizationId id) {
        return Optional.ofNullable(state.organizations.get(id.value())).map(cell -> cell.record);
    }

    /** As it is now; another one after a load. */
    DirectoryState state() {
        return state;
    }

    /** The memberships of a user, in one organization or in all. */
    List<String> membershipsOf(String user, Optional<OrganizationId> organization) {
        var ids = new ArrayList<String>();
        for (var cell : state.membershipsByUser.getOrDefault(user, List.of())) {
            var membership = cell.record;
            if (membership != null
                    && (organization.isEmpty() || organization.get().value().equals(membership.organization()))) {
                ids.add(cell.id);
            }
        }
        return ids;
    }

    /** The key as its row describes it, a used one as if it were not: for the repeated answer of a single use. */
    Optional<LiveKey> findUsed(Handle handle, ApiKeyId id) {
        return new DirectoryRows(state).findUsed(handle, id);
    }

    // loading ---------------------------------------------------------------------------------------------------------

    @Override
    public Snapshot load(Handle snapshot, Position at) {
        var before = state.keys;
        var loaded = new DirectoryState(new HeldKeys(DirectoryRows.countKeys(snapshot), maxKeys, evictions), at);
        var rows = new DirectoryRows(loaded);
        rows.eachPlan(snapshot, Optional.empty(), plan -> set(loaded.plans, plan.id(), plan));
        rows.eachOrganization(snapshot, Optional.empty(), org -> set(loaded.organizations, org.id(), org));
        rows.eachUnit(snapshot, Optional.empty(), unit -> set(loaded.units, unit.id(), unit));
        rows.eachUser(snapshot, Optional.empty(), user -> set(loaded.users, user.id(), user));
        loaded.roles = new RoleScopes(RoleGrants.read(snapshot));
        rows.eachMembership(snapshot, Optional.empty(), member -> {
            set(loaded.memberships, member.id(), member);
            loaded.indexByUser(member);
        });
        rows.eachRole(snapshot, Optional.empty(), (id, role) -> {
            var cell = DirectoryState.cell(loaded.memberships, id);
            var member = cell.record;
            if (member != null) {
                cell.record = member.with(role);
            }
        });
        var back = new ArrayList<LiveKey>();
        rows.loadKeys(snapshot, id -> before.find(id) != null, key -> {
            var known = before.find(key.id());
            loaded.keys.load(key, known != null);
            if (known instanceof DeadKey && key instanceof LiveKey live) {
                back.add(live);
            }
        });
        beside.accept(snapshot);
        return () -> show(loaded, back);
    }

    private void show(DirectoryState loaded, List<LiveKey> back) {
        var resurrected = keepDead(state, loaded, back);
        state = loaded;
        if (!resurrected.isEmpty()) {
            onResurrected.accept(resurrected);
        }
    }

    /** @param back live keys that were loaded, and that have a tombstone in the state before */
    private static List<Resurrected> keepDead(DirectoryState before, DirectoryState loaded, List<LiveKey> back) {
        var resurrected = new ArrayList<Resurrected>();
        for (var live : back) {
            if (before.keys.find(live.id()) instanceof DeadKey dead
                    && dead.reason() != Reason.DISABLED
                    && !isSettled(loaded, live, dead)) {
                loaded.keys.put(new DeadKey(
                        live.digest(),
                        live.id(),
                        Math.max(live.version, dead.version),
                        live.organization,
                        dead.reason(),
                        dead.deathDay()));
                resurrected.add(new Resurrected(new OrganizationId(live.organization.id), live.id(), dead.version));
            }
        }
        return resurrected;
    }

    private static boolean isSettled(DirectoryState state, KeyEntry row, KeyEntry dead) {
        return state.settled.getOrDefault(row.id(), 0) > dead.version;
    }

    private static <R> void set(Map<String, Cell<R>> cells, String id, R record) {
        DirectoryState.cell(cells, id).record = record;
    }

    // following -------------------------------------------------------------------------------------------------------

    @Override
    public void apply(List<FeedEntry> entries, Handle handle) {
        var current = state;
        var rows = readAgain(current, entries, handle);
        synchronized (current.keys) {
            entries.forEach(entry -> apply(current, entry, rows));
            sweep(current);
            // only now: what was held when the rows were read is held when its entry is applied
            current.keys.makeRoom();
            current.applied(entries);
        }
    }

    /** The rows read again for a batch, by id. */
    private record Rows(
            Map<String, KeyEntry> keys,
            Map<String, Records.Organization> organizations,
            Map<String, Records.Unit> units,
            Map<String, Records.User> users,
            Map<String, Records.Membership> memberships,
            Map<String, Records.Plan> plans) {}

    private static Rows readAgain(DirectoryState state, List<FeedEntry> entries, Handle handle) {
        Map<ChangedTable, Set<String>> ids = new HashMap<>();
        for (var entry : entries) {
            var table = ChangedTable.of(entry.kind().orElseThrow());
            if (table != ChangedTable.NONE
                    && (!entry.kind().get().isRemoving() || !isHeld(state, table, entry.target()))) {
                ids.computeIfAbsent(table, _ -> new HashSet<>()).add(entry.target());
            }
        }
        var read = new Rows(
                new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        var rows = new DirectoryRows(state);
        ids.forEach((table, wanted) -> {
            var some = Optional.<java.util.Collection<String>>of(wanted);
            switch (table) {
                case KEY ->
                    rows.eachKey(handle, some, key -> read.keys.put(key.id().toString(), key));
                case ORGANIZATION -> rows.eachOrganization(handle, some, org -> read.organizations.put(org.id(), org));
                case UNIT -> rows.eachUnit(handle, some, unit -> read.units.put(unit.id(), unit));
                case USER -> rows.eachUser(handle, some, user -> read.users.put(user.id(), user));
                case MEMBERSHIP -> {
                    rows.eachMembership(handle, some, mem -> {
                        read.memberships.put(mem.id(), mem);
                        state.indexByUser(mem);
                    });
                    rows.eachRole(
                            handle,
                            some,
                            (id, role) -> read.memberships.computeIfPresent(id, (_, mem) -> mem.with(role)));
                }
                case PLAN -> rows.eachPlan(handle, some, plan -> read.plans.put(plan.id(), plan));
                case CATALOG -> state.roles = new RoleScopes(RoleGrants.read(handle));
                case NONE -> {}
            }
        });
        return read;
    }

    private static boolean isHeld(DirectoryState state, ChangedTable table, String id) {
        return switch (table) {
            // what is held now may be forgotten before the entry is applied, when somebody brings what was read through
            case KEY -> state.keys.isComplete() && findById(state, id).isPresent();
            case ORGANIZATION -> isHeld(state.organizations, id);
            case UNIT -> isHeld(state.units, id);
            case USER -> isHeld(state.users, id);
            case MEMBERSHIP -> isHeld(state.memberships, id);
            case PLAN -> isHeld(state.plans, id);
            case CATALOG, NONE -> true;
        };
    }

    private static <R> boolean isHeld(Map<String, Cell<R>> cells, String id) {
        var cell = cells.get(id);
        return cell != null && cell.record != null;
    }

    private static Optional<KeyEntry> findById(DirectoryState state, String id) {
        return ApiKeyId.find(id).flatMap(key -> Optional.ofNullable(state.keys.find(key)));
    }

    private void apply(DirectoryState state, FeedEntry entry, Rows rows) {
        var id = entry.target();
        var kind = entry.kind().orElseThrow();
        switch (ChangedTable.of(kind)) {
            case KEY -> applyKey(state, entry, Optional.ofNullable(rows.keys.get(id)), rows.keys.containsKey(id));
            case ORGANIZATION ->
                replace(
                        state.organizations,
                        entry,
                        rows.organizations,
                        Records.Organization::version,
                        held -> held.inactive(entry.version()));
            case UNIT ->
                replace(state.units, entry, rows.units, Records.Unit::version, held -> held.inactive(entry.version()));
            case USER ->
                replace(state.users, entry, rows.users, Records.User::version, held -> held.inactive(entry.version()));
            case MEMBERSHIP ->
                replace(
                        state.memberships,
                        entry,
                        rows.memberships,
                        Records.Membership::version,
                        held -> held.inactive(entry.version()));
            case PLAN -> replace(state.plans, entry, rows.plans, Records.Plan::version, held -> held);
            case CATALOG, NONE -> {}
        }
    }

    private static <R> void replace(
            Map<String, Cell<R>> cells,
            FeedEntry entry,
            Map<String, R> rows,
            java.util.function.ToIntFunction<R> versionOf,
            java.util.function.UnaryOperator<R> ended) {
        var cell = DirectoryState.cell(cells, entry.target());
        @Nullable R held = cell.record;
        @Nullable R row = rows.get(entry.target());
        if (row != null) {
            if (held == null || versionOf.applyAsInt(row) >= versionOf.applyAsInt(held)) {
                cell.record = row;
            }
        } else if (!entry.kind().orElseThrow().isRemoving()) {
            cell.record = null;
        }
        held = cell.record;
        if (entry.kind().orElseThrow().isRemoving() && held != null && entry.version() > versionOf.applyAsInt(held)) {
            cell.record = ended.apply(held);
        }
    }

    private void applyKey(DirectoryState state, FeedEntry entry, Optional<KeyEntry> row, boolean wasRead) {
        state.keys.changed(entry.target());
        var held = findById(state, entry.target());
        if (wasRead || !entry.kind().orElseThrow().isRemoving()) {
            row.ifPresentOrElse(
                    found -> {
                        if (held.isEmpty() || supersedes(state, found, held.get())) {
                            state.keys.put(found);
                        }
                    },
                    () -> held.ifPresent(state.keys::remove));
        }
        if (entry.kind().orElseThrow().isRemoving()) {
            findById(state, entry.target())
                    .filter(known -> entry.version() > known.version)
                    .ifPresent(known -> state.keys.put(ended(known, entry)));
        }
    }

    /** A live row replaces a tombstone only after history has forked: revoked and used are final. */
    private static boolean supersedes(DirectoryState state, KeyEntry row, KeyEntry held) {
        return row.version >= held.version
                && (row instanceof DeadKey || held instanceof LiveKey || isSettled(state, row, held));
    }

    private KeyEntry ended(KeyEntry held, FeedEntry entry) {
        var reason = switch (entry.kind().orElseThrow()) {
            case KEY_USED -> Reason.ALREADY_USED;
            case KEY_DISABLED -> Reason.DISABLED;
            default -> Reason.REVOKED;
        };
        return switch (held) {
            case LiveKey live when reason == Reason.DISABLED -> live.disabled(entry.version());
            case LiveKey live ->
                new DeadKey(live.digest(), live.id(), entry.version(), live.organization, reason, today());
            case DeadKey dead when reason == Reason.DISABLED -> dead.as(dead.reason(), entry.version());
            case DeadKey dead -> dead.as(reason, entry.version());
        };
    }

    /** Once a day, forgets what has been dead for long enough. */
    private void sweep(DirectoryState state) {
        long today = today();
        if (today == sweptDay) {
            return;
        }
        sweptDay = today;
        long expiredBefore = TimeUnit.DAYS.toMillis(today - DeadKey.KEEP_DAYS);
        state.keys.removeIf(entry -> switch (entry) {
            case DeadKey dead -> dead.deathDay() < today - DeadKey.KEEP_DAYS;
            case LiveKey live -> live.expiresAt < expiredBefore;
        });
    }

    private long today() {
        return TimeUnit.MILLISECONDS.toDays(clock.millis());
    }
}
