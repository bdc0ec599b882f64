package dev.shearline.server.verify;

import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.Position;
import dev.shearline.server.identity.ResourcePattern;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.limits.Limited;
import dev.shearline.server.net.Cidr;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One loaded state of the directory: cells by id, keys by digest and id, and the sets that many keys share. */
final class DirectoryState {

    /** Sets of one kind that are remembered to be shared; those that keys hold live as long as these. */
    static final int SHARED_MAX = 10_000;

    final Map<String, Cell<Records.Organization>> organizations = new ConcurrentHashMap<>();
    final Map<String, Cell<Records.Plan>> plans = new ConcurrentHashMap<>();
    final Map<String, Cell<Records.Unit>> units = new ConcurrentHashMap<>();
    final Map<String, Cell<Records.User>> users = new ConcurrentHashMap<>();
    final Map<String, Cell<Records.Membership>> memberships = new ConcurrentHashMap<>();
    /** By user: a change of a user is told by the memberships, to every open stream. */
    final Map<String, List<Cell<Records.Membership>>> membershipsByUser = new ConcurrentHashMap<>();

    /** Units by the host platform's ids, each inside its organization. */
    final Map<HostedUnit, Cell<Records.Unit>> unitsByExternalId = new ConcurrentHashMap<>();
    /** What roles entitle to. */
    volatile RoleScopes roles = RoleScopes.NONE;

    final HeldKeys keys;
    /** Up to where entries are applied, and on which server it was loaded. Under the lock of the keys. */
    private Position position;
    /** Of the few keys that forked history has brought back: at which version an operator has confirmed that one, or would. */
    final Map<ApiKeyId, Integer> settled = new ConcurrentHashMap<>();

    record HostedUnit(String organization, String externalId) {}

    private final Map<String, Entitlement> entitlements = new ConcurrentHashMap<>();
    private final Map<String, ScopeSet> scopeSets = new ConcurrentHashMap<>();
    private final Map<String, List<Cidr>> cidrSets = new ConcurrentHashMap<>();
    private final Map<String, LimitSet> limitSets = new ConcurrentHashMap<>();
    private final Map<String, List<ResourcePattern>> resourceSets = new ConcurrentHashMap<>();

    DirectoryState(HeldKeys keys, Position loaded) {
        this.keys = keys;
        this.position = loaded;
    }

    /**
     * What a row that is read through must not be older than.
     *
     * @param changes how many changes of keys had been applied
     */
    record Moment(long changes, Position position) {}

    /** Before a row is asked for: all that was applied so far must be in it. */
    Moment readBegins() {
        synchronized (keys) {
            return new Moment(keys.readBegins(), position);
        }
    }

    /** Takes what was read through, all or nothing of it. */
    HeldKeys.Brought bring(KeyDigest digest, Optional<DirectoryRows.Found> row, Moment began) {
        var brought = keys.bring(digest, row.map(DirectoryRows.Found::entry), began.changes);
        if (brought == HeldKeys.Brought.SETTLED) {
            row.filter(found -> found.entry() instanceof LiveKey)
                    .ifPresent(found -> settle(found.entry().id(), found.settled()));
        }
        return brought;
    }

    /** The latest stands: a row that was read through may be older than one that was read to follow. */
    void settle(ApiKeyId key, int version) {
        if (version > 0) {
            settled.merge(key, version, Math::max);
        }
    }

    void applied(List<FeedEntry> entries) {
        synchronized (keys) {
            if (!entries.isEmpty()) {
                position = position.at(entries.getLast().epoch());
            }
        }
    }

    static <R> Cell<R> cell(Map<String, Cell<R>> cells, String id) {
        var found = cells.get(id);
        return found != null ? found : cells.computeIfAbsent(id, Cell::new);
    }

    /** Called by the follower's thread alone. A membership never changes its user. */
    void indexByUser(Records.Membership membership) {
        var cell = cell(memberships, membership.id());
        membershipsByUser.merge(
                membership.user().id,
                List.of(cell),
                (known, one) -> known.contains(cell)
                        ? known
                        : Stream.concat(known.stream(), one.stream()).toList());
    }

    /** Scopes as one text with spaces between: equal texts share one set. */
    ScopeSet scopes(String text) {
        return shared(scopeSets, text, wire -> ScopeSet.ofWire(words(wire)));
    }

    /** The same of what a member is given. */
    Entitlement entitlement(String text) {
        return shared(entitlements, text, given -> new Entitlement(scopes(given)));
    }

    List<Cidr> cidrs(String text) {
        return text.isEmpty() ? List.of() : shared(cidrSets, text, DirectoryState::parseCidrs);
    }

    private static List<Cidr> parseCidrs(String text) {
        return words(text).stream().map(word -> Cidr.find(word).orElseThrow()).toList();
    }

    /** One on each line, since they may have spaces. */
    List<ResourcePattern> resources(String text) {
        return text.isEmpty()
                ? List.of()
                : shared(
                        resourceSets,
                        text,
                        lines -> lines.lines()
                                .map(line -> ResourcePattern.find(line).orElseThrow())
                                .toList());
    }

    /** What has been parsed before is the same object, as far as it is remembered; when that is too much, remembering begins anew. */
    private static <V> V shared(Map<String, V> sets, String text, Function<String, V> parse) {
        var known = sets.get(text);
        if (known != null) {
            return known;
        }
        if (sets.size() >= SHARED_MAX) {
            sets.clear();
        }
        return sets.computeIfAbsent(text, parse);
    }

    /** What has no limits gets nothing, not even an empty set. */
    @Nullable
    Limited limited(String id, Limited.Level level, String limits) {
        return limits.isEmpty() ? null : new Limited(id, level, shared(limitSets, limits, LimitSet::ofWire));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }
}
