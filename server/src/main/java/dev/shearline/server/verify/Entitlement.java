package dev.shearline.server.verify;

import dev.shearline.server.identity.ScopeSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Scopes that somebody may use at most. What a key keeps of its own scopes under them is found once for each set of scopes: few sets are
 * held by many keys.
 */
final class Entitlement {

    static final Entitlement NOTHING = new Entitlement(ScopeSet.NONE);

    /** More different sets than this are cut anew for each question. */
    private static final int REMEMBERED_MAX = 10_000;

    private final ScopeSet most;
    private final Map<ScopeSet, ScopeSet> cut = new ConcurrentHashMap<>();

    Entitlement(ScopeSet most) {
        this.most = most;
    }

    /** The same object where nothing is lost. */
    ScopeSet of(ScopeSet scopes) {
        var known = cut.get(scopes);
        if (known != null) {
            return known;
        }
        var both = scopes.within(most);
        var kept = both.equals(scopes) ? scopes : both;
        if (cut.size() < REMEMBERED_MAX) {
            cut.put(scopes, kept);
        }
        return kept;
    }
}
