package dev.shearline.server.verify;

import dev.shearline.server.http.IncomingRequest;
import dev.shearline.server.http.Json;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Verifies for protocols other than our own: the same verdict as of {@code POST /v1/keys/verify}, with the same effects, but for single-use
 * tokens, which are spent only on terms that say so. On the event loop.
 */
public final class Inspector {

    private final KeyVerifier verifier;
    private final VerdictCounters counters;
    private final Json json;
    private final boolean unitRequired;

    Inspector(KeyVerifier verifier, VerdictCounters counters, Json json, boolean unitRequired) {
        this.verifier = verifier;
        this.counters = counters;
        this.json = json;
        this.unitRequired = unitRequired;
    }

    /** The terms in the query of a request. */
    public Terms terms(IncomingRequest request) {
        return Terms.read(request, unitRequired);
    }

    /** @param address where the holder of the key comes from, if that is known */
    public Future<Finding> inspect(
            Actor caller, Secret key, Terms terms, Optional<IpAddress> address, Optional<String> userAgent) {
        var question = new Question(
                key,
                terms.scopes(),
                terms.test(),
                terms.unit().orElse(null),
                terms.resource(),
                address,
                Optional.empty(),
                terms.cost(),
                false,
                terms.spends(),
                terms.route(),
                userAgent.map(QuestionTexts::userAgent).orElse(""),
                0);
        return verifier.answer(caller, question).map(answer -> found(answer.verdict(), question));
    }

    private Finding found(Verdict verdict, Question question) {
        if (question.leavesUnspent(verdict)) {
            return new Finding.Unspent();
        }
        counters.count(verdict);
        var draw = Optional.ofNullable(verdict.draw());
        return switch (verdict) {
            case Verdict.Allowed allowed ->
                new Finding.Good(KeyFacts.of(allowed.key(), allowed.scopes(), json.mapper()), draw);
            case Verdict.Denied denied -> new Finding.Refused(denied.reason(), draw);
        };
    }
}
