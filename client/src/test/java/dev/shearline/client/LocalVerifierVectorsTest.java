package dev.shearline.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What spec/local-verifier.md says, as sequences that every language runs. */
class LocalVerifierVectorsTest {

    private static final Path VECTORS = Path.of("../spec/vectors/local-verifier.json");

    @TestFactory
    Stream<DynamicTest> sequences() throws IOException {
        var document = Json.MAPPER.readTree(Files.readAllBytes(VECTORS));
        long bound = document.path("bound_ms").asLong();
        return list(document.path("sequences")).stream()
                .map(sequence -> DynamicTest.dynamicTest(
                        sequence.path("name").asString(), () -> new Sequence(bound).run(sequence.path("steps"))));
    }

    private static List<JsonNode> list(JsonNode json) {
        return StreamSupport.stream(json.spliterator(), false).toList();
    }

    /** A verifier without threads and without a network. */
    private static final class Sequence {
        private final StillClocks clocks = new StillClocks();
        private final AnswerMemory memory;
        private final UsageCounts counts = new UsageCounts();
        private final LocalAnswers answers;
        private final Interned interned = new Interned();
        /** What the server says next; none may be asked for where there is none. */
        private final ArrayDeque<JsonNode> steps = new ArrayDeque<>();

        Sequence(long boundMillis) {
            memory = new AnswerMemory(100, boundMillis);
            answers = new LocalAnswers(
                    memory, this::reply, counts, clocks, VerifierMetrics.NONE, true, Duration.ofSeconds(1));
        }

        void run(JsonNode sequence) {
            list(sequence).forEach(this::step);
        }

        private void step(JsonNode step) {
            if (step.has("open")) {
                var last = step.path("open");
                assertThat(memory.position().map(Position::wire))
                        .isEqualTo(last.isNull() ? Optional.empty() : Optional.of(last.asString()));
                if (last.isNull()) {
                    memory.beginAnew();
                }
            } else if (step.has("event")) {
                assertThat(isDoubted(step.path("event")))
                        .as("doubt of " + step)
                        .isEqualTo(step.path("doubt").asBoolean(false));
            } else if (step.has("head")) {
                var head = step.path("head");
                var at = Position.of(
                                head.path("epoch").asLong(), head.path("tag").asString())
                        .orElseThrow();
                assertThat(memory.take(at, clocks.now()).isPresent())
                        .as("doubt of " + step)
                        .isEqualTo(step.path("doubt").asBoolean(false));
            } else if (step.has("ask")) {
                ask(step);
            } else if (step.has("advance_ms")) {
                clocks.advance(
                        step.path("advance_ms").asLong(), step.path("clock").asString());
            } else {
                assertThat(step.has("counted")).as(step.toString()).isTrue();
                counted(step.path("counted"));
            }
        }

        private boolean isDoubted(JsonNode event) {
            try {
                return ChangeEvent.read(
                                event.path("name").asString(),
                                event.path("id").asString(),
                                event.path("data").toString())
                        .flatMap(memory::take)
                        .isPresent();
            } catch (IllegalArgumentException e) {
                memory.beginAnew();
                return true;
            }
        }

        private void ask(JsonNode step) {
            steps.push(step);
            var verdict = answers.answer(question(step.path("ask")));
            assertThat(verdict.code())
                    .as(step.toString())
                    .isEqualTo(step.path("expect").asString());
            assertThat(verdict.isAllowed()).isEqualTo(verdict.code().equals("allowed"));
            // a reply that was not asked for is still there
            assertThat(steps.isEmpty()).as("asked the server: " + step).isEqualTo(step.has("reply"));
            steps.clear();
        }

        private Reply reply(Question question, long minEpoch) {
            assertThat(steps).as("nothing may be asked here").isNotEmpty();
            var step = steps.pop();
            assertThat(step.has("reply")).as("must not be asked: " + step).isTrue();
            if (step.has("sent_min_epoch")) {
                assertThat(minEpoch).isEqualTo(step.path("sent_min_epoch").asLong());
            }
            list(step.path("while")).forEach(this::step);
            if (step.path("reply").isNull()) {
                return none("unreachable");
            }
            try {
                return RemoteAnswer.read(step.path("reply"), minEpoch, interned);
            } catch (IllegalArgumentException e) {
                return none(ShearlineException.UNEXPECTED_ANSWER);
            }
        }

        private static Reply none(String code) {
            return new Reply.NoAnswer(new Verdict.Unavailable(code, "", Duration.ZERO));
        }

        private static Question question(JsonNode ask) {
            var scopes = new ArrayList<String>();
            ask.path("scopes").forEach(scope -> scopes.add(scope.asString()));
            var required = Requirement.scopes(scopes);
            required = ask.path("mode").asString("").equals("test") ? required.inTestMode() : required;
            required = ask.has("unit") ? required.atUnit(ask.path("unit").asString()) : required;
            required = ask.has("resource") ? required.on(ask.path("resource").asString()) : required;
            var question = Question.about(ask.path("key").asString()).requiring(required);
            question = ask.has("address") ? question.from(ask.path("address").asString()) : question;
            question = ask.has("use_id") ? question.asUse(ask.path("use_id").asString()) : question;
            question = ask.path("probe").asBoolean(false) ? question.asProbe() : question;
            return question.costing(ask.path("cost").asInt(1));
        }

        private void counted(JsonNode wanted) {
            Map<String, List<Long>> found = new HashMap<>();
            counts.takeAll((keyId, code, count, units) -> found.merge(
                    keyId + " " + code,
                    List.of(count, units),
                    (a, b) -> List.of(a.get(0) + b.get(0), a.get(1) + b.get(1))));
            Map<String, List<Long>> expected = new HashMap<>();
            wanted.properties()
                    .forEach(each -> expected.put(
                            each.getKey(),
                            List.of(
                                    each.getValue().path(0).asLong(),
                                    each.getValue().path(1).asLong())));
            assertThat(found).isEqualTo(expected);
        }
    }
}
