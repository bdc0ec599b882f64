package dev.shearline.server.verify;

import dev.shearline.server.http.HotRequest;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/** {@code POST /v1/keys/verify} and {@code /v1/keys/verify-batch}, on the event loop. */
final class VerifyRoutes {

    private static final int ANSWER_BYTES = 1024;

    private final KeyVerifier verifier;
    private final Json json;
    private final VerdictCounters counters;

    VerifyRoutes(KeyVerifier verifier, Json json, VerdictCounters counters) {
        this.verifier = verifier;
        this.json = json;
        this.counters = counters;
    }

    void addTo(Routes routes) {
        routes.hot().post("/v1/keys/verify", this::verify);
        routes.hot().post("/v1/keys/verify-batch", this::verifyBatch);
    }

    private Future<Response> verify(HotRequest request) {
        var caller = request.require(Scope.KEYS_VERIFY);
        var question = read(request, QuestionJson::readOne);
        return verifier.answer(caller, question).map(answer -> render(out -> write(out, answer)));
    }

    private Future<Response> verifyBatch(HotRequest request) {
        var caller = request.require(Scope.KEYS_VERIFY);
        var questions = read(request, QuestionJson::readBatch);
        var answers = questions.stream()
                .map(question -> verifier.answer(caller, question))
                .toList();
        return Future.all(answers)
                .map(all -> render(out -> {
                    out.writeStartObject();
                    out.writeArrayPropertyStart("items");
                    for (KeyVerifier.Answer answer : all.<KeyVerifier.Answer>list()) {
                        write(out, answer);
                    }
                    out.writeEndArray();
                    out.writeEndObject();
                }));
    }

    private void write(JsonGenerator out, KeyVerifier.Answer answer) {
        counters.count(answer.verdict());
        VerdictJson.write(out, answer.verdict(), answer.at());
    }

    private <T> T read(HotRequest request, Function<JsonParser, T> reader) {
        request.requireJson();
        try (var parser = json.parser(request.body())) {
            return reader.apply(parser);
        } catch (JacksonException e) {
            throw Json.problemOf(e).asException();
        }
    }

    private Response render(Consumer<JsonGenerator> content) {
        return Response.json(200, written(json, content));
    }

    static Buffer written(Json json, Consumer<JsonGenerator> content) {
        var bytes = Buffer.buffer(ANSWER_BYTES);
        try (var generator = json.generator(new Appending(bytes))) {
            content.accept(generator);
        }
        return bytes;
    }

    /** Lets the generator write where the answer is sent from. */
    private static final class Appending extends OutputStream {

        private final Buffer buffer;

        Appending(Buffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void write(int single) {
            buffer.appendByte((byte) single);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            buffer.appendBytes(bytes, offset, length);
        }
    }
}
