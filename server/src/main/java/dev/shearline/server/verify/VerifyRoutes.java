package dev.shearline.server.verify;

import dev.shearline.server.http.HotRequest;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

/** {@code POST /v1/keys/verify} and {@code /v1/keys/verify-batch}, on the event loop. */
final class VerifyRoutes {

    private static final AnswerBytes.Piece ITEMS = AnswerBytes.piece("{\"items\":[");
    private static final AnswerBytes.Piece END = AnswerBytes.piece("]}");

    private final KeyVerifier verifier;
    private final Json json;
    private final Problems problems;
    private final VerdictCounters counters;
    private final QuestionJson.Rules rules;

    VerifyRoutes(
            KeyVerifier verifier, Json json, Problems problems, VerdictCounters counters, QuestionJson.Rules rules) {
        this.verifier = verifier;
        this.json = json;
        this.problems = problems;
        this.counters = counters;
        this.rules = rules;
    }

    void addTo(Routes routes) {
        routes.hot().post("/v1/keys/verify", this::verify);
        routes.hot().post("/v1/keys/verify-batch", this::verifyBatch);
    }

    private Future<Response> verify(HotRequest request) {
        var caller = request.require(Scope.KEYS_VERIFY);
        var question = read(request, json -> QuestionJson.readOne(json, rules));
        return verifier.answer(caller, question).map(answer -> {
            var json = new AnswerBytes();
            write(json, answer);
            var draw = answer.verdict().draw();
            var response = rendered(json);
            return draw == null
                    ? response
                    : response.withHeaders(Map.of("RateLimit-Policy", draw.policies(), "RateLimit", draw.remaining()));
        });
    }

    private Future<Response> verifyBatch(HotRequest request) {
        var caller = request.require(Scope.KEYS_VERIFY);
        var questions = read(request, json -> QuestionJson.readBatch(json, rules));
        return verifier.answerAll(caller, questions).map(answers -> {
            var json = new AnswerBytes().raw(ITEMS);
            var unanswered = problems.parts(request.requestId());
            for (int i = 0; i < answers.size(); i++) {
                if (i > 0) {
                    json.raw(',');
                }
                switch (answers.get(i)) {
                    case KeyVerifier.Answer answer -> write(json, answer);
                    case KeyVerifier.Unanswered(var cause) -> {
                        VerdictJson.writeUnanswered(json, unanswered.problemOf(cause), KeyVerifier.RETRY_AFTER);
                    }
                }
            }
            return rendered(json.raw(END));
        });
    }

    private void write(AnswerBytes json, KeyVerifier.Answer answer) {
        counters.count(answer.verdict());
        VerdictJson.write(json, answer.verdict(), answer.at(), answer.now());
    }

    private static Response rendered(AnswerBytes json) {
        return Response.json(200, json.toBuffer());
    }

    private <T> T read(HotRequest request, Function<JsonParser, T> reader) {
        request.requireJson();
        try (var parser = json.parser(request.body())) {
            return reader.apply(parser);
        } catch (JacksonException e) {
            throw Json.problemOf(e).asException();
        }
    }
}
