package dev.shearline.client;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Asks the server about a key: within a time, and again only where nothing can have happened yet. */
final class RemoteVerifier implements Asker {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LEAST = Duration.ofMillis(20);

    /** What a node says when it has done nothing. */
    private static final Set<String> UNDONE = Set.of("unavailable", "overloaded", "database_unavailable");

    private final Http http;
    private final Duration timeout;
    private final int retries;
    private final Clocks clocks;
    private final Interned interned = new Interned();

    RemoteVerifier(Http http, Duration timeout, int retries, Clocks clocks) {
        this.http = http;
        this.timeout = timeout;
        this.retries = retries;
        this.clocks = clocks;
    }

    @Override
    public Reply ask(Question question, long minEpoch) {
        var body = Json.write(body(question, minEpoch));
        long deadline = clocks.nanos() + timeout.toNanos();
        for (int attempt = 0; ; attempt++) {
            var left = Duration.ofNanos(deadline - clocks.nanos());
            boolean again = attempt < retries && left.compareTo(PAUSE.plus(LEAST)) > 0;
            try {
                var answer =
                        http.send("POST", "/v1/keys/verify", body, Map.of(), left.compareTo(LEAST) > 0 ? left : LEAST);
                if (answer.isSuccess()) {
                    return believed(answer, minEpoch);
                }
                var problem = Problems.of(answer);
                if (!again || answer.status() != 503 || !UNDONE.contains(problem.code())) {
                    return unanswered(problem);
                }
            } catch (ConnectException e) {
                if (!again) {
                    return none("unreachable", "Nothing answers at " + http.base() + ".");
                }
            } catch (IOException e) {
                // the use may have been answered: only one with a name may be asked about again
                if (!again || question.useId().isEmpty()) {
                    return none("unreachable", http.base() + " has not answered: " + e.getMessage());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return none("interrupted", "The thread that asked was interrupted.");
            }
            Pause.of(PAUSE);
        }
    }

    private Reply believed(Http.Answer answer, long minEpoch) {
        try {
            return RemoteAnswer.read(Json.read(answer), minEpoch, interned);
        } catch (IllegalArgumentException e) {
            return none(ShearlineException.UNEXPECTED_ANSWER, "The answer cannot be believed: " + e.getMessage() + ".");
        } catch (ShearlineException e) {
            return none(e.code(), e.detail());
        }
    }

    /** What is wrong with the question is for whoever wrote the program; everything else is no answer. */
    private static Reply unanswered(ShearlineException problem) {
        if (problem.status() == 400 || problem.status() == 413 || problem.status() == 422) {
            throw problem;
        }
        return new Reply.NoAnswer(new Verdict.Unavailable(
                problem.code(), problem.detail(), problem.retryAfter().orElse(RETRY_AFTER)));
    }

    private static Reply none(String code, String detail) {
        return new Reply.NoAnswer(new Verdict.Unavailable(code, detail, RETRY_AFTER));
    }

    private static Map<String, Object> body(Question question, long minEpoch) {
        var body = new LinkedHashMap<String, Object>();
        body.put("key", question.key().reveal());
        var wanted = question.requirement();
        if (!wanted.scopes().isEmpty()) {
            body.put("scopes", wanted.scopes());
        }
        if (wanted.isTest()) {
            body.put("mode", "test");
        }
        wanted.unit().ifPresent(unit -> body.put("unit", unit));
        wanted.resource().ifPresent(resource -> body.put("resource", resource));
        question.address().ifPresent(address -> body.put("address", address));
        question.useId().ifPresent(id -> body.put("use_id", id));
        question.route().ifPresent(route -> body.put("route", route));
        question.userAgent().ifPresent(agent -> body.put("user_agent", agent));
        if (question.cost() != 1) {
            body.put("cost", question.cost());
        }
        if (question.probe()) {
            body.put("probe", true);
        }
        if (minEpoch > 0) {
            body.put("min_epoch", minEpoch);
        }
        return body;
    }
}
