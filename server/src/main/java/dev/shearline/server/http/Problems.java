package dev.shearline.server.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where what was thrown becomes what is told. Whatever nobody knows is {@code internal} and says nothing. */
public final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private final List<Function<Throwable, Optional<Problem>>> mappers;

    /** @param mappers asked in order for what this package does not know, for instance failures of the database */
    public Problems(List<Function<Throwable, Optional<Problem>>> mappers) {
        this.mappers = List.copyOf(mappers);
    }

    public Problem problemOf(Throwable thrown, String requestId) {
        var cause = unwrapped(thrown);
        if (cause instanceof ProblemException known) {
            return known.problem();
        }
        for (var mapper : mappers) {
            var problem = mapper.apply(cause);
            if (problem.isPresent()) {
                log.warn("{} for request {}", problem.get().code().wire(), requestId, cause);
                return problem.get();
            }
        }
        log.error("internal problem for request {}", requestId, cause);
        return Problem.of(ProblemCode.INTERNAL, "Repeat the request; if it fails again, report the request_id.");
    }

    private static Throwable unwrapped(Throwable thrown) {
        var cause = thrown.getCause();
        boolean wrapper = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wrapper && cause != null ? cause : thrown;
    }
}
