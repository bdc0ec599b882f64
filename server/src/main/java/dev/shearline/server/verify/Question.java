package dev.shearline.server.verify;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants to know of a key.
 *
 * @param scopes all of them must be held
 * @param test whether the key is presented to a test environment
 * @param unit for which the request is: the key must be valid there; null when it does not matter
 * @param resource of the host, which the request is about
 * @param address where the holder of the key comes from, as the caller saw it
 * @param useId names one use of a single-use token, so that a repeated question gets the same answer
 * @param cost how many units the request takes, of limits too
 * @param probe spends, counts and ends nothing
 * @param spends whether an allowed use spends a single-use token; where it does not, such a token is described and nothing is counted
 * @param route of the host at which the request is, an empty text if it does not say
 * @param userAgent of the holder of the key, an empty text if it does not say
 * @param minEpoch answer from this position of the feed or a later one
 */
record Question(
        Secret key,
        ScopeSet scopes,
        boolean test,
        @Nullable Ref unit,
        Optional<ResourceName> resource,
        Optional<IpAddress> address,
        Optional<String> useId,
        int cost,
        boolean probe,
        boolean spends,
        String route,
        String userAgent,
        long minEpoch) {

    static final int SCOPES_MAX = 50;
    static final int USE_ID_MAX = 100;
    static final int COST_MAX = 1_000_000;
    static final int ROUTE_MAX = 200;
    static final int USER_AGENT_MAX = 200;

    /** Of a single-use token about which somebody asks who does not spend it: that it is good is no use of it. */
    boolean leavesUnspent(Verdict verdict) {
        return !spends
                && verdict instanceof Verdict.Allowed allowed
                && allowed.key().type() == KeyType.EPHEMERAL;
    }
}
