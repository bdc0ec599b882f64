package dev.shearline.server.http;

import dev.shearline.token.KeyFormat;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes every request of a listener from its first byte to its exchange.
 *
 * <h2>Order</h2>
 *
 * URL length, host and transport ({@link Entrance}), what a browser asks before a request ({@link Embedding}), the gate (below {@code /v1} and {@code /oauth}), the route, the body, a free place, the
 * handler. A hot route is found by its exact path before anything is split or decoded, its gate is asked when the body is there,
 * and its handler runs where the bytes arrived; every other handler runs on a virtual thread of its own, of which there are at
 * most {@link HttpLimits#BLOCKING_REQUESTS_MAX}. A body that is too long to hold leaves on that thread, but not from that place:
 * see {@link Downloads}.
 *
 * <h2>Threads</h2>
 *
 * A response is written on its connection's event loop alone, so that "answered already" is a plain check there: whoever
 * comes second (the handler after the deadline, the deadline after the handler) does nothing. A handler past its deadline
 * is not interrupted, for it may be inside a COMMIT; it keeps its place until it returns.
 */
public final class Dispatcher implements Handler<HttpServerRequest> {

    /** Below these a node answers only while it is fresh. */
    private static final List<String> GATED = List.of("/v1/", "/oauth/");
    /** How often a caller of a hot route is looked for that has to be looked up. */
    private static final int LOOKS_MAX = 4;

    private final RouteTable table;
    private final Gate gate;
    private final Edge edge;
    private final Answers answers;
    private final HttpMetrics metrics;
    private final RequestLog log;
    private final Semaphore places = new Semaphore(HttpLimits.BLOCKING_REQUESTS_MAX);
    private final BodyRoom large = new BodyRoom(HttpLimits.LARGE_BODY_BYTES_MAX, HttpLimits.LARGE_BODIES_MAX);
    private final OpenStreams streams = new OpenStreams();
    private final Downloads downloads;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("request-", 0).factory());

    public Dispatcher(
            Routes routes,
            Gate gate,
            Authenticators authenticators,
            Entrance entrance,
            KeyFormat format,
            Problems problems,
            Json json,
            MeterRegistry registry,
            RequestLog log,
            SecureRandom random,
            Downloads downloads) {
        this.table = routes.table();
        this.gate = gate;
        this.edge = new Edge(authenticators, entrance, format, json, new RequestIds(random), new Peers());
        this.answers = new Answers(json, problems);
        this.metrics = new HttpMetrics(registry, routes.endpoints());
        this.log = log;
        this.downloads = downloads;
    }

    @Override
    public void handle(HttpServerRequest raw) {
        long arrivedAt = System.nanoTime();
        var path = Objects.requireNonNullElse(raw.path(), ""); // OPTIONS * has none
        var hot = table.hot(path);
        var request = new HotRequest(edge, raw);
        if (hot != null && raw.method().name().equals(hot.route().method())) {
            var exchange = new Exchange(answers, log, request, metrics.of(hot.route()), arrivedAt);
            if (!isRefused(exchange)) {
                BodyReader.read(
                        raw, exchange.context().owner(), BodyRoom.USUAL, new HotBody(hot, request, exchange, gate));
            }
            return;
        }
        var embedded = Embedding.comesFromAPage(raw) ? table.embedded(path) : Set.<String>of();
        var preflight = Embedding.preflight(raw, embedded);
        boolean shared = preflight.isPresent() || embedded.contains(methodOf(raw));
        var exchange = new Exchange(answers, log, request, metrics.unmatched(), arrivedAt, shared);
        if (isRefused(exchange)) {
            return;
        }
        if (preflight.isPresent()) {
            exchange.response(preflight.get());
        } else if (!isGated(exchange, path)) {
            route(raw, path, exchange);
        }
    }

    private static String methodOf(HttpServerRequest raw) {
        return raw.method().equals(HttpMethod.HEAD) ? "GET" : raw.method().name();
    }

    /** The checks that come before the route, cheapest first. */
    private boolean isRefused(Exchange exchange) {
        if (exchange.request().raw().uri().length() > HttpLimits.URL_BYTES_MAX) {
            exchange.problem(InvalidRequests.urlTooLong());
            return true;
        }
        var refusal = InvalidRequests.ambiguousHost(exchange.request().raw())
                .or(() -> edge.entrance().refusal(exchange.request()));
        if (refusal.isPresent()) {
            exchange.problem(refusal.get());
            return true;
        }
        return false;
    }

    private boolean isGated(Exchange exchange, String path) {
        return GATED.stream().anyMatch(path::startsWith) && isClosed(gate, exchange);
    }

    private static boolean isClosed(Gate gate, Exchange exchange) {
        var problem = closed(gate);
        problem.ifPresent(exchange::problem);
        return problem.isPresent();
    }

    private static Optional<Problem> closed(Gate gate) {
        var wait = gate.retryAfterMillis();
        return wait.isEmpty()
                ? Optional.empty()
                : Optional.of(Problem.unavailable(Duration.ofMillis(wait.getAsLong())));
    }

    private void route(HttpServerRequest raw, String path, Exchange unmatched) {
        try {
            switch (table.match(raw.method().name(), path)) {
                case RouteTable.Match.Missing _ ->
                    unmatched.problem(Problem.of(ProblemCode.NOT_FOUND, "There is no such path: check the URL."));
                case RouteTable.Match.WrongMethod wrong -> unmatched.problem(wrongMethod(wrong.allow()));
                case RouteTable.Match.Found found -> serve(found.endpoint(), found.path(), raw, unmatched);
            }
        } catch (ProblemException refused) {
            unmatched.problem(refused.problem());
        }
    }

    private static Problem wrongMethod(String allow) {
        return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Use one of: " + allow + ".")
                .withHeader("Allow", allow);
    }

    private void serve(Endpoint endpoint, Map<String, String> path, HttpServerRequest raw, Exchange unmatched) {
        var timers = metrics.of(endpoint.route());
        switch (endpoint) {
            case Endpoint.Hot hot -> {
                var exchange = new Exchange(answers, log, unmatched.request(), timers, unmatched.arrivedAt());
                BodyReader.read(
                        raw,
                        exchange.context().owner(),
                        BodyRoom.USUAL,
                        new HotBody(hot, (HotRequest) unmatched.request(), exchange, gate));
            }
            case Endpoint.Blocking blocking -> {
                var request = new Request(edge, raw, path, UrlText.decodeQuery(raw.query()), blocking.embedded());
                var exchange = new Exchange(answers, log, request, timers, unmatched.arrivedAt(), unmatched.isShared());
                collect(
                        request,
                        exchange,
                        blocking.large() ? large : BodyRoom.USUAL,
                        place -> answer(blocking, request, exchange, place));
            }
            case Endpoint.Streaming streaming -> {
                if (raw.method().equals(HttpMethod.HEAD)) {
                    throw wrongMethod("GET").asException();
                }
                var request = new Request(edge, raw, path, UrlText.decodeQuery(raw.query()), false);
                var exchange = new Exchange(answers, log, request, timers, unmatched.arrivedAt());
                collect(request, exchange, BodyRoom.USUAL, _ -> open(streaming, request, exchange));
            }
        }
    }

    private void collect(Request request, Exchange exchange, BodyRoom room, Consumer<Place> work) {
        BodyReader.read(request.raw(), exchange.context().owner(), room, new BodyReader.Outcome() {
            @Override
            public void whole(Buffer body) {
                request.bodyArrived(body);
                onVirtualThread(exchange, work);
            }

            @Override
            public void refused(Problem problem, boolean cutOff) {
                exchange.refused(problem, cutOff);
            }
        });
    }

    private void onVirtualThread(Exchange exchange, Consumer<Place> work) {
        if (!places.tryAcquire()) {
            exchange.problem(Problem.overloaded());
            return;
        }
        exchange.expectWithin(HttpLimits.ANSWER_TIME_MAX);
        threads.execute(() -> {
            try (var place = new Place(places)) {
                try {
                    work.accept(place);
                } catch (Throwable thrown) { // an Error of one request is that request's
                    exchange.thrown(thrown);
                }
            }
        });
    }

    private void answer(Endpoint.Blocking blocking, Request request, Exchange exchange, Place place) {
        var response = blocking.handler().handle(request);
        if (!(response.body() instanceof Response.Body.Streamed body)) {
            exchange.response(response);
            return;
        }
        var whose = request.share();
        if (!downloads.admit(whose)) {
            exchange.problem(Problem.overloaded());
            return;
        }
        try {
            place.close();
            exchange.download(response, body.writer(), downloads.timeMax());
        } finally {
            downloads.leave(whose);
        }
    }

    private void open(Endpoint.Streaming streaming, Request request, Exchange exchange) {
        var stream = new EventStream(exchange.context(), request.raw().response());
        if (!streams.admit(stream)) {
            exchange.problem(Problem.overloaded());
            return;
        }
        try {
            streaming.handler().open(request, stream);
            exchange.stream(stream, () -> streams.leave(stream));
        } catch (RuntimeException thrown) {
            exchange.thrown(thrown);
            streams.leave(stream);
            stream.ended();
        }
    }

    /** Ends every open stream: their clients come back, to another node. */
    void closeStreams() {
        streams.closeAll();
    }

    void awaitHandlers(Duration limit) throws InterruptedException {
        threads.shutdown();
        threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What Netty could not read as HTTP. */
    void handleInvalid(HttpServerRequest raw) {
        var exchange = new Exchange(answers, log, new HotRequest(edge, raw), metrics.unmatched(), System.nanoTime());
        exchange.refused(InvalidRequests.problemOf(raw.decoderResult().cause()), true);
    }

    /** One of the places of requests, from whoever took it. On one thread; however often it is closed, it is given back once. */
    private static final class Place implements AutoCloseable {

        private final Semaphore places;
        private boolean taken = true;

        Place(Semaphore places) {
            this.places = places;
        }

        @Override
        public void close() {
            if (taken) {
                taken = false;
                places.release();
            }
        }
    }

    /**
     * A hot handler takes over as soon as the body is there, if the gate is open then: what the handler remembers of its caller is as good
     * as the node is fresh, and the wait for the body may have been long.
     */
    private static final class HotBody implements BodyReader.Outcome {

        private final Endpoint.Hot hot;
        private final HotRequest request;
        private final Exchange exchange;
        private final Gate gate;
        private int looks = LOOKS_MAX;

        HotBody(Endpoint.Hot hot, HotRequest request, Exchange exchange, Gate gate) {
            this.hot = hot;
            this.request = request;
            this.exchange = exchange;
            this.gate = gate;
        }

        @Override
        public void whole(Buffer body) {
            request.bodyArrived(body);
            answer();
        }

        private void answer() {
            if (isClosed(gate, exchange)) {
                return;
            }
            try {
                var response = hot.handler().handle(request);
                if (response.succeeded()) {
                    exchange.response(response.result());
                } else {
                    response.onComplete(this::later);
                }
            } catch (CallerLaterException later) {
                await(later.known());
            } catch (Throwable thrown) { // an Error here would end the connection without an answer
                exchange.thrown(thrown);
            }
        }

        /** What there is to know of a caller may be forgotten again before it is looked at; not often. */
        private void await(CompletableFuture<Void> known) {
            looks--;
            if (looks == 0) {
                exchange.problem(Problem.overloaded());
                return;
            }
            Future.fromCompletionStage(known, exchange.context()).onComplete(looked -> {
                if (looked.succeeded()) {
                    answer();
                } else {
                    exchange.thrown(looked.cause());
                }
            });
        }

        private void later(AsyncResult<Response> result) {
            try {
                if (result.succeeded()) {
                    exchange.response(result.result());
                } else {
                    exchange.thrown(result.cause());
                }
            } catch (RuntimeException thrown) { // an answer that cannot be rendered
                exchange.thrown(thrown);
            }
        }

        @Override
        public void refused(Problem problem, boolean cutOff) {
            exchange.refused(closed(gate).orElse(problem), cutOff);
        }
    }
}
