package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.CapturedLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ProblemsTest {

    private final Problems problems = new Problems(List.of(thrown -> thrown.getCause() instanceof SQLException
            ? Optional.of(Problem.unavailable(Duration.ofSeconds(1)))
            : Optional.empty()));

    @Test
    void parts_of_a_request_that_meet_one_fault_have_an_answer_each_and_one_line() {
        try (var log = CapturedLog.of(Problems.class)) {
            var parts = problems.parts("req_many");
            for (int i = 0; i < 100; i++) {
                assertThat(parts.problemOf(database("part " + i, "53200")).code())
                        .isEqualTo(ProblemCode.UNAVAILABLE);
                assertThat(parts.problemOf(new CompletionException(new IllegalStateException("part " + i)))
                                .code())
                        .isEqualTo(ProblemCode.INTERNAL);
            }
            assertThat(log.lines())
                    .containsExactly("unavailable for request req_many", "internal problem for request req_many");
        }
    }

    @Test
    void another_fault_and_another_request_have_lines_of_their_own() {
        try (var log = CapturedLog.of(Problems.class)) {
            var parts = problems.parts("req_1");
            var _ = parts.problemOf(database("memory", "53200"));
            var _ = parts.problemOf(database("connection", "08006"));
            var _ = problems.problemOf(database("memory", "53200"), "req_2");
            assertThat(log.lines())
                    .containsExactly(
                            "unavailable for request req_1",
                            "unavailable for request req_1",
                            "unavailable for request req_2");
        }
    }

    private static RuntimeException database(String message, String state) {
        return new IllegalStateException(message, new SQLException(message, state));
    }
}
