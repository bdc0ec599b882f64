package dev.shearline.server.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A listener: one HTTP/1.1 server an event loop, all on one port. */
public final class ApiServer {

    /**
     * Vert.x gives every event loop a port of its own for port 0, and one free port to all that listen on the same
     * negative one. So each listener that wants a free port needs a negative number that no other has.
     */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private final Vertx vertx;
    private final String host;
    private final int wantedPort;
    private final int sharedPort;
    private final int eventLoops;
    private final Dispatcher dispatcher;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private @Nullable CertificateWatch certificate;

    /** @param port 0 for any free one, see {@link #port} */
    public ApiServer(Vertx vertx, String host, int port, int eventLoops, Dispatcher dispatcher) {
        this.vertx = vertx;
        this.host = host;
        this.wantedPort = port;
        this.sharedPort = port == 0 ? FREE_PORTS.decrementAndGet() : port;
        this.eventLoops = eventLoops;
        this.dispatcher = dispatcher;
    }

    /**
     * Before {@link #start}: speaks TLS alone, with the certificate of these files, which is exchanged under way when they change.
     * Throws when there is none that could be served.
     */
    public void useTls(TlsFiles files) throws UnfitCertificateException {
        certificate = CertificateWatch.begin(vertx, files);
    }

    /**
     * Returns when connections are accepted.
     *
     * @throws UncheckedIOException when the address cannot be had
     */
    public void start() {
        var deployment = new DeploymentOptions().setInstances(eventLoops);
        await(vertx.deployVerticle(Listener::new, deployment), "listen on " + host + ":" + wantedPort);
        if (certificate != null) {
            // the servers share one listener: what one of them is told holds for all
            certificate.start(options -> servers.getFirst().updateSSLOptions(options));
        }
    }

    public int port() {
        return servers.getFirst().actualPort();
    }

    public String host() {
        return host;
    }

    /** Stops accepting, ends streams, and lets what is under way be answered, up to {@link HttpLimits#STOP_TIME_MAX}. */
    public void stop() {
        if (certificate != null) {
            certificate.close();
        }
        dispatcher.closeStreams();
        var stopping = servers.stream()
                .map(server -> server.shutdown(HttpLimits.STOP_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS))
                .toList();
        try {
            await(Future.join(stopping), "stop listening");
        } finally {
            awaitHandlers();
        }
    }

    private void awaitHandlers() {
        try {
            dispatcher.awaitHandlers(HttpLimits.STOP_TIME_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Future<?> future, String what) {
        try {
            var limit = HttpLimits.START_TIME_MAX.toMillis();
            var _ = future.toCompletionStage().toCompletableFuture().get(limit, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw new UncheckedIOException("cannot " + what + ": " + io.getMessage(), io);
            }
            throw new IllegalStateException("cannot " + what + ": " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("cannot " + what + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: cannot " + what, e);
        }
    }

    private HttpServerOptions options() {
        var options = new HttpServerOptions()
                .setHost(host)
                .setMaxInitialLineLength(HttpLimits.REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HttpLimits.HEADER_BYTES_MAX)
                .setHttp2ClearTextEnabled(false)
                // nobody speaks WebSocket here, and its handlers would look at every message
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHandle100ContinueAutomatically(true)
                .setIdleTimeout((int) HttpLimits.IDLE_TIME_MAX.toSeconds())
                .setTcpNoDelay(true);
        return certificate == null ? options : certificate.served().on(options);
    }

    private void accept(HttpConnection connection) {
        if (connections.incrementAndGet() > HttpLimits.CONNECTIONS_MAX) {
            connection.close();
        }
        connection.closeHandler(_ -> connections.decrementAndGet());
    }

    /** One event loop's share of the port. */
    private final class Listener extends VerticleBase {

        @Override
        public Future<?> start() {
            return vertx.createHttpServer(options())
                    .connectionHandler(ApiServer.this::accept)
                    .requestHandler(dispatcher)
                    .invalidRequestHandler(dispatcher::handleInvalid)
                    .listen(sharedPort)
                    .onSuccess(servers::add);
        }
    }
}
