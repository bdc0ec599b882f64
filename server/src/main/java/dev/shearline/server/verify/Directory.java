package dev.shearline.server.verify;

import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedEntry;
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
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Everything that verification needs to know, in memory, on every node.
 *
 * <p>Complete: a miss is final, and nobody asks the database. Dead keys stay as tombstones for 90 days, so that they are refused with
 * their reason. Written by the follower's thread alone; read without locks.
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
    private volatile DirectoryState state = new DirectoryState(0);
    private volatile Consumer<List<Resurrected>> onResurrected = _ -> {};
    private long sweptDay;

    public Directory(InstantSource clock) {
        this.clock = clock;
    }

    public void onResurrected(Consumer<List<Resurrected>> listener) {
        onResurrected = listener;
    }

    @Nullable
    KeyEntry find(KeyDigest digest) {
        return state.keys.find(digest);
    }

    /** Whether the key is known as revoked or used, which is final, whatever a database that has gone back in time says. */
    public boolean isDead(KeyDigest digest) {
        return state.keys.find(digest) instanceof DeadKey dead && dead.reason() != Reason.DISABLED;
    }

    public int size() {
        return state.keys.size();
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
                    && organization
                            .map(OrganizationId::value)
                            .orElse(membership.organization())
                            .equals(membership.organization())) {
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
    public Snapshot load(Handle snapshot) {
        var loaded = new DirectoryState(DirectoryRows.countKeys(snapshot));
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
                cell.record = member.with(withRole(member.roles(), role));
            }
        });
        rows.eachKey(snapshot, Optional.empty(), loaded.keys::put);
        return () -> show(loaded);
    }

    private void show(DirectoryState loaded) {
        var resurrected = keepDead(state, loaded);
        state = loaded;
        if (!resurrected.isEmpty()) {
            onResurrected.accept(resurrected);
        }
    }

    private static List<Resurrected> keepDead(DirectoryState before, DirectoryState loaded) {
        var resurrected = new ArrayList<Resurrected>();
        before.keys.forEach(known -> {
            if (known instanceof DeadKey dead
                    && dead.reason() != Reason.DISABLED
                    && loaded.keys.find(known.digest()) instanceof LiveKey back
                    && !isSettled(loaded, back, dead)) {
                loaded.keys.put(new DeadKey(
                        back.digest(),
                        back.id(),
                        Math.max(back.version, dead.version),
                        back.organization,
                        dead.reason(),
                        dead.deathDay()));
                resurrected.add(new Resurrected(new OrganizationId(back.organization.id), back.id(), dead.version));
            }
        });
        return resurrected;
    }

    private static boolean isSettled(DirectoryState state, KeyEntry row, KeyEntry dead) {
        return state.settled.getOrDefault(row.id(), 0) > dead.version;
    }

    private static List<Records.RolesAt> withRole(List<Records.RolesAt> held, Records.RolesAt role) {
        if (held.isEmpty()) {
            return List.of(role);
        }
        var all = new ArrayList<Records.RolesAt>(held.size() + 1);
        int roles = role.roles();
        for (var known : held) {
            if (known.unit() == role.unit()) {
                roles |= known.roles();
            } else {
                all.add(known);
            }
        }
        all.add(new Records.RolesAt(role.unit(), roles));
        return List.copyOf(all);
    }

    private static <R> void set(Map<String, Cell<R>> cells, String id, R record) {
        DirectoryState.cell(cells, id).record = record;
    }

    // following -------------------------------------------------------------------------------------------------------

    @Override
    public void apply(List<FeedEntry> entries, Handle handle) {
        var current = state;
        var rows = readAgain(current, entries, handle);
        entries.forEach(entry -> apply(current, entry, rows));
        sweep(current);
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
        Map<Table, Set<String>> ids = new HashMap<>();
        for (var entry : entries) {
            var table = Table.of(entry.kind().orElseThrow());
            if (table != Table.NONE && (!entry.kind().get().isRemoving() || !isHeld(state, table, entry.target()))) {
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
                            (id, role) -> read.memberships.computeIfPresent(
                                    id, (_, mem) -> mem.with(withRole(mem.roles(), role))));
                }
                case PLAN -> rows.eachPlan(handle, some, plan -> read.plans.put(plan.id(), plan));
                case CATALOG -> state.roles = new RoleScopes(RoleGrants.read(handle));
                case NONE -> {}
            }
        });
        return read;
    }

    private static boolean isHeld(DirectoryState state, Table table, String id) {
        return switch (table) {
            case KEY -> findById(state, id).isPresent();
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
        switch (Table.of(kind)) {
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
            // was replaced as a whole when it was read
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

    /** Which kind of row an entry is about. */
    private enum Table {
        KEY,
        ORGANIZATION,
        UNIT,
        USER,
        MEMBERSHIP,
        PLAN,
        CATALOG,
        NONE;

        static Table of(ChangeKind kind) {
            return switch (kind) {
                case KEY_CREATED, KEY_UPDATED, KEY_ENABLED, KEY_DISABLED, KEY_REVOKED, KEY_USED -> KEY;
                case ORGANIZATION_CHANGED, ORGANIZATION_SUSPENDED, ORGANIZATION_CLOSED -> ORGANIZATION;
                case UNIT_CHANGED, UNIT_REMOVED -> UNIT;
                case USER_CHANGED, USER_DISABLED -> USER;
                case MEMBERSHIP_CHANGED, MEMBERSHIP_REMOVED -> MEMBERSHIP;
                case PLAN_CHANGED -> PLAN;
                case CATALOG_CHANGED -> CATALOG;
                case GENESIS -> NONE;
            };
        }
    }
}
