package dev.shearline.server.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and the one answer to it, from whichever thread it comes. Made on the event loop. */
final class Exchange {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final long NO_TIMER = -1;

    private final Context context = currentContext();
    private final Answers answers;
    private final IncomingRequest request;
    private final RequestLog log;
    private final RouteTimers route;
    private final long arrivedAt;
    private final boolean shared;
    private long deadline = NO_TIMER;
    /** On the event loop alone. */
    private boolean logged;

    Exchange(Answers answers, RequestLog log, IncomingRequest request, RouteTimers route, long arrivedAt) {
        this(answers, log, request, route, arrivedAt, false);
    }

    /** @param shared whether a page of elsewhere may read the answer, see {@link Embedding} */
    Exchange(
            Answers answers,
            RequestLog log,
            IncomingRequest request,
            RouteTimers route,
            long arrivedAt,
            boolean shared) {
        this.shared = shared;
        this.answers = answers;
        this.log = log;
        this.request = request;
        this.route = route;
        this.arrivedAt = arrivedAt;
    }

    Context context() {
        return context;
    }

    IncomingRequest request() {
        return request;
    }

    long arrivedAt() {
        return arrivedAt;
    }

    boolean isShared() {
        return shared;
    }

    /** On the event loop, before the work starts. */
    void expectWithin(Duration limit) {
        deadline = context.owner().setTimer(limit.toMillis(), _ -> problem(tooLate()));
    }

    private Problem tooLate() {
        return request.method().equals(HttpMethod.GET)
                ? Problem.overloaded()
                : Problem.of(
                                ProblemCode.OUTCOME_UNKNOWN,
                                "The answer took too long; the change may have been made. Repeat the request.")
                        .withRetryAfter(HttpLimits.OVERLOADED_RETRY_AFTER);
    }

    void response(Response response) {
        var rendered = answers.rendered(response);
        onEventLoop(() -> write(rendered));
    }

    /** On a virtual thread, which stays with the answer until all of it has left, or until there is no time left. */
    void download(Response response, BodyWriter writer, Duration timeMax) {
        var begun = new CompletableFuture<Boolean>();
        onEventLoop(() -> begun.complete(write(response)));
        if (!begun.orTimeout(HttpLimits.PART_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)
                        .join()
                || request.method().equals(HttpMethod.HEAD)) {
            return;
        }
        var sink = new BodySink(context, request.raw().response(), request::isStillAuthenticated, timeMax);
        try {
            writer.writeTo(sink);
            sink.end();
        } catch (BodySink.CutOffException e) {
            LOG.info("the body for request {} was cut off: {}", request.requestId(), e.getMessage());
            cutOff();
        } catch (RuntimeException | Error e) {
            // logged where it is a fault of ours; the client sees a body without its end
            answers.problemOf(e, request.requestId());
            cutOff();
        }
    }

    private void cutOff() {
        onEventLoop(() -> request.raw().connection().close());
    }

    void thrown(Throwable thrown) {
        problem(answers.problemOf(thrown, request.requestId()));
    }

    void problem(Problem problem) {
        var rendered = answers.rendered(problem, request.requestId());
        onEventLoop(() -> write(rendered));
    }

    /** @param cutOff what is left of the request will not be read: the connection ends with the answer */
    void refused(Problem problem, boolean cutOff) {
        if (cutOff) {
            var out = request.raw().response();
            out.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            out.endHandler(_ -> request.raw().connection().close());
        }
        problem(problem);
    }

    /** Turns the answer into a stream, unless the client has gone meanwhile. */
    void stream(EventStream stream, Runnable left) {
        onEventLoop(() -> {
            cancelDeadline();
            var out = request.raw().response();
            Runnable ended = () -> {
                left.run();
                stream.ended();
                log(200, out.headWritten(), System.nanoTime() - arrivedAt);
            };
            out.closeHandler(_ -> ended.run());
            out.endHandler(_ -> ended.run());
            if (out.closed() || out.headWritten()) {
                ended.run();
                return;
            }
            answers.writeStreamHead(out, request.requestId());
            time(200, System.nanoTime() - arrivedAt);
            stream.headWritten();
        });
    }

    /** On the event loop. False when it was answered before, or its client has gone. */
    boolean write(Response response) {
        cancelDeadline();
        if (shared && !request.raw().response().headWritten()) {
            Embedding.addTo(request.raw().response(), request);
        }
        boolean written = answers.write(request.raw(), response, request.requestId());
        long took = System.nanoTime() - arrivedAt;
        if (written) {
            time(response.status(), took);
        }
        log(response.status(), written, took);
        return written;
    }

    private void cancelDeadline() {
        if (deadline != NO_TIMER) {
            context.owner().cancelTimer(deadline);
            deadline = NO_TIMER;
        }
    }

    private void time(int status, long took) {
        route.byStatus().get(status / 100).record(took, TimeUnit.NANOSECONDS);
    }

    /** The first answer is the one that counts; of a stream it is its end. */
    private void log(int status, boolean sent, long took) {
        if (!logged) {
            logged = true;
            log.write(request, route, status, took, sent);
        }
    }

    private void onEventLoop(Runnable action) {
        if (context.equals(Vertx.currentContext())) {
            action.run();
        } else {
            context.runOnContext(_ -> action.run());
        }
    }

    private static Context currentContext() {
        var context = Vertx.currentContext();
        if (context == null) {
            throw new IllegalStateException("a request arrives on an event loop");
        }
        return context;
    }
}
