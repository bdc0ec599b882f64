package dev.shearline.server.http;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where what was thrown becomes what is told. Whatever nobody knows is {@code internal} and says nothing. */
public final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private static final int CAUSES_MAX = 8;

    private final List<Function<Throwable, Optional<Problem>>> mappers;

    /** @param mappers asked in order for what this package does not know, for instance failures of the database */
    public Problems(List<Function<Throwable, Optional<Problem>>> mappers) {
        this.mappers = List.copyOf(mappers);
    }

    public Problem problemOf(Throwable thrown, String requestId) {
        return parts(requestId).problemOf(thrown);
    }

    /** For one request of many parts, each with an answer of its own. */
    public Parts parts(String requestId) {
        return new Parts(requestId);
    }

    /** What parts of a request have met. Of each kind of cause the first is logged: a hundred parts that meet one fault have one line. */
    public final class Parts {

        private final String requestId;
        private final Set<List<String>> logged = new HashSet<>();

        private Parts(String requestId) {
            this.requestId = requestId;
        }

        public Problem problemOf(Throwable thrown) {
            var cause = unwrapped(thrown);
            if (cause instanceof ProblemException known) {
                return known.problem();
            }
            boolean isNew = logged.add(kind(cause));
            for (var mapper : mappers) {
                var problem = mapper.apply(cause);
                if (problem.isPresent()) {
                    if (isNew) {
                        log.warn("{} for request {}", problem.get().code().wire(), requestId, cause);
                    }
                    return problem.get();
                }
            }
            if (isNew) {
                log.error("internal problem for request {}", requestId, cause);
            }
            return Problem.of(ProblemCode.INTERNAL, "Repeat the request; if it fails again, report the request_id.");
        }
    }

    /** What was thrown and what it came from, without what they say: that names the part. */
    private static List<String> kind(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(CAUSES_MAX)
                .map(link -> link instanceof SQLException sql
                        ? link.getClass().getName() + " " + sql.getSQLState()
                        : link.getClass().getName())
                .toList();
    }

    private static Throwable unwrapped(Throwable thrown) {
        var cause = thrown.getCause();
        boolean wrapper = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wrapper && cause != null ? cause : thrown;
    }
}
