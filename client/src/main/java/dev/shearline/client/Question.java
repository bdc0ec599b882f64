package dev.shearline.client;

import dev.shearline.token.Secret;
import java.util.Optional;

/**
 * A question about a key.
 *
 * @param address from where its holder comes; without it a key that is bound to addresses is refused
 * @param cost how many units the request takes
 * @param useId names one use of a single-use token, so that a question that is repeated gets the same answer
 * @param probe only ask: nothing is counted, spent or ended
 */
public record Question(
        Secret key,
        Requirement requirement,
        Optional<String> address,
        int cost,
        Optional<String> useId,
        Optional<String> route,
        Optional<String> userAgent,
        boolean probe) {

    public static Question about(Secret key) {
        return new Question(
                key,
                Requirement.NONE,
                Optional.empty(),
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /** @param key as its holder has sent it */
    public static Question about(String key) {
        return about(Secret.of(key));
    }

    public Question requiring(Requirement wanted) {
        return new Question(key, wanted, address, cost, useId, route, userAgent, probe);
    }

    public Question from(String holdersAddress) {
        return new Question(key, requirement, Optional.of(holdersAddress), cost, useId, route, userAgent, probe);
    }

    public Question costing(int units) {
        return new Question(key, requirement, address, units, useId, route, userAgent, probe);
    }

    public Question asUse(String id) {
        return new Question(key, requirement, address, cost, Optional.of(id), route, userAgent, probe);
    }

    /** Where in your API the request is; kept with the address and the user agent of uses that the server has answered. */
    public Question at(String nameOfRoute) {
        return new Question(key, requirement, address, cost, useId, Optional.of(nameOfRoute), userAgent, probe);
    }

    public Question by(String holdersUserAgent) {
        return new Question(key, requirement, address, cost, useId, route, Optional.of(holdersUserAgent), probe);
    }

    public Question asProbe() {
        return new Question(key, requirement, address, cost, useId, route, userAgent, true);
    }
}
