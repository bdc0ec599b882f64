package dev.shearline.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What verification is measured against: a Vert.x-web route, written as its documentation does, that parses the same question and answers
 * the same JSON. It knows no keys, checks no caller and decides nothing.
 *
 * <p>It writes its answer anew for each request ({@code written}), or sends the same bytes each time ({@code ready}), which is as little
 * as a route can do. Its sockets are those of {@code java.nio}, as Vert.x has them unless it is told and given others, or native.
 */
final class VerifyPeer extends VerticleBase {

    private final AtomicInteger port;
    private final JsonObject answer;
    private final Buffer bytes;
    private final boolean ready;

    private VerifyPeer(AtomicInteger port, String answer, boolean ready) {
        this.port = port;
        this.answer = new JsonObject(answer);
        this.bytes = this.answer.toBuffer();
        this.ready = ready;
    }

    /** Arguments: a file with the answer; {@code written} or {@code ready}; {@code nio}, as Vert.x comes, or {@code native}, as Shearline has it. */
    public static void main(String[] arguments) throws IOException {
        var answer = Files.readString(Path.of(arguments[0]));
        boolean ready = arguments[1].equals("ready");
        var vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(arguments[2].equals("native")));
        var port = new AtomicInteger();
        var loops = new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
        var _ = vertx.deployVerticle(() -> new VerifyPeer(port, answer, ready), loops)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        System.out.println(ChildProcess.LISTENING + port.get());
    }

    @Override
    public Future<?> start() {
        var router = Router.router(vertx);
        router.post("/v1/keys/verify")
                .handler(BodyHandler.create(false))
                .handler(ready ? this::sendReady : this::write);
        // -1: a free port, shared by the verticles of this deployment
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(-1, "127.0.0.1")
                .onSuccess(server -> port.set(server.actualPort()));
    }

    private void write(RoutingContext context) {
        var question = context.body().asJsonObject();
        if (question == null || question.getString("key") == null) {
            context.fail(400);
            return;
        }
        context.json(answer);
    }

    private void sendReady(RoutingContext context) {
        var question = context.body().asJsonObject();
        if (question == null || question.getString("key") == null) {
            context.fail(400);
            return;
        }
        var _ = context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(bytes);
    }
}
