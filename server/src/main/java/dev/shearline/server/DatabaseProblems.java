package dev.shearline.server;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.OutcomeUnknownException;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import java.time.Duration;
import java.util.Optional;

/** What callers are told of failures of the database. */
final class DatabaseProblems {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private DatabaseProblems() {}

    static Optional<Problem> find(Throwable thrown) {
        return switch (thrown) {
            case DatabaseUnavailableException _ ->
                Optional.of(Problem.of(
                                ProblemCode.DATABASE_UNAVAILABLE,
                                "Nothing was changed. Repeat the request after Retry-After.")
                        .withRetryAfter(RETRY_AFTER));
            case OutcomeUnknownException _ ->
                Optional.of(Problem.of(
                                ProblemCode.OUTCOME_UNKNOWN,
                                "The database was lost while it committed: the change is made, or it is not, or, of a removal, a part."
                                        + " Repeat the request after Retry-After; look first if a repetition would make a second one.")
                        .withRetryAfter(RETRY_AFTER));
            default -> Optional.empty();
        };
    }
}
