package dev.shearline.server.notify;

import dev.shearline.server.net.IpAddress;
import dev.shearline.server.notify.SendOutcome.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Makes one attempt at a delivery. Blocks, on a virtual thread of its caller.
 *
 * <p>The name is resolved here and the connection goes to an address that has passed {@link OutboundAddresses}: nothing looks the name up
 * again in between, so an answer of the name service that changes leads nowhere. TLS still checks the certificate against the name.
 */
final class Sender implements AutoCloseable {

    static final Duration TIME_MAX = Duration.ofSeconds(10);
    static final Duration RESOLUTION_TIME_MAX = Duration.ofSeconds(5);
    static final Duration CONNECT_TIME_MAX = Duration.ofSeconds(5);

    /** Of an answer; more of it is not read, and nothing of it is kept. */
    static final int ANSWER_BYTES_MAX = 16 * 1024;

    private static final Duration IDLE_TIME_MAX = Duration.ofSeconds(30);
    private static final int GONE = 410;
    private static final long NANOS_OF_A_MILLI = 1_000_000;

    private final HttpClient client;
    private final OutboundAddresses addresses;
    private final NameResolution names;
    private final InstantSource clock;
    private final Duration timeMax;

    Sender(
            Vertx vertx,
            HttpClientOptions options,
            OutboundAddresses addresses,
            NameResolution names,
            InstantSource clock,
            Duration timeMax) {
        this.addresses = addresses;
        this.names = names;
        this.clock = clock;
        this.timeMax = timeMax;
        this.client = vertx.createHttpClient(
                options.setConnectTimeout((int) CONNECT_TIME_MAX.toMillis())
                        .setIdleTimeout((int) IDLE_TIME_MAX.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setDecompressionSupported(false),
                new PoolOptions().setHttp1MaxSize(Delivering.EACH_MAX));
    }

    SendOutcome send(Outgoing outgoing) {
        long start = System.nanoTime();
        var sent = attempt(outgoing, start);
        int latency = (int) ((System.nanoTime() - start) / NANOS_OF_A_MILLI);
        return switch (sent) {
            case Sent.Answered(int status)
            when status >= 200 && status < 300 -> new SendOutcome.Delivered(status, latency);
            case Sent.Answered(int status) -> new SendOutcome.Failed(Optional.of(status), failureOf(status), latency);
            case Sent.Unanswered(var why) -> new SendOutcome.Failed(Optional.empty(), why, latency);
        };
    }

    private sealed interface Sent {
        record Answered(int status) implements Sent {}

        record Unanswered(Failure why) implements Sent {}
    }

    private static Failure failureOf(int status) {
        if (status == GONE) {
            return Failure.GONE;
        }
        return status >= 300 && status < 400 ? Failure.REDIRECT : Failure.STATUS;
    }

    private Sent attempt(Outgoing outgoing, long start) {
        if (!(EndpointUrl.parse(outgoing.target().url(), addresses) instanceof EndpointUrl.Parsed.Fit(var url))) {
            return new Sent.Unanswered(Failure.ADDRESS_NOT_ALLOWED);
        }
        List<InetAddress> found;
        try {
            found = resolve(url.host());
        } catch (UnknownHostException e) {
            return new Sent.Unanswered(Failure.UNKNOWN_HOST);
        } catch (TimeoutException e) {
            return new Sent.Unanswered(Failure.TIMEOUT);
        }
        return found.stream()
                .filter(address -> permits(url, IpAddress.of(address)))
                .findFirst()
                .map(address -> post(outgoing, url, address, start))
                .orElse(new Sent.Unanswered(Failure.ADDRESS_NOT_ALLOWED));
    }

    private boolean permits(EndpointUrl url, IpAddress address) {
        return url.tls() ? addresses.permits(address) : addresses.isAllowListed(address);
    }

    /** Name services can be slower than anybody wants to wait; who asks one cannot be interrupted. */
    private List<InetAddress> resolve(String host) throws UnknownHostException, TimeoutException {
        var asked = new FutureTask<>(() -> names.resolve(host));
        Thread.startVirtualThread(asked);
        try {
            return await(asked, RESOLUTION_TIME_MAX.toNanos());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw unknown;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Sent post(Outgoing outgoing, EndpointUrl url, InetAddress address, long start) {
        var timestamp = clock.instant().getEpochSecond();
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, url.port())))
                .setHost(url.host())
                .setPort(url.port())
                .setSsl(url.tls())
                .setURI(url.pathAndQuery())
                .setFollowRedirects(false)
                .setConnectTimeout(CONNECT_TIME_MAX.toMillis())
                .putHeader("Content-Type", "application/json")
                .putHeader("User-Agent", "Shearline-Webhooks")
                .putHeader("webhook-id", outgoing.messageId())
                .putHeader("webhook-timestamp", Long.toString(timestamp))
                .putHeader(
                        "webhook-signature",
                        Signature.of(outgoing.secrets(), outgoing.messageId(), timestamp, outgoing.body()));
        var body = Buffer.buffer(outgoing.body());
        var opened = client.request(options).toCompletionStage().toCompletableFuture();
        try {
            var request = await(opened, left(start));
            return exchange(request, body, start);
        } catch (TimeoutException e) {
            // a connection that comes up later is of no use
            var _ = opened.thenAccept(HttpClientRequest::reset);
            return new Sent.Unanswered(Failure.TIMEOUT);
        } catch (ExecutionException e) {
            return new Sent.Unanswered(failureOf(e));
        }
    }

    private Sent exchange(HttpClientRequest request, Buffer body, long start)
            throws TimeoutException, ExecutionException {
        var ended = new CompletableFuture<Void>();
        var answered = request.send(body)
                .onSuccess(response -> readAway(request, response, ended))
                .map(HttpClientResponse::statusCode)
                .toCompletionStage()
                .toCompletableFuture();
        int status;
        try {
            status = await(answered, left(start));
        } catch (TimeoutException e) {
            request.reset();
            throw e;
        }
        try {
            // the status has decided; the rest is read so that the connection can be used again
            await(ended, left(start));
        } catch (TimeoutException | ExecutionException e) {
            request.reset();
        }
        return new Sent.Answered(status);
    }

    private static void readAway(
            HttpClientRequest request, HttpClientResponse response, CompletableFuture<Void> ended) {
        var bytes = new int[1];
        response.exceptionHandler(ended::completeExceptionally);
        response.endHandler(ended::complete);
        response.handler(part -> {
            bytes[0] += part.length();
            if (bytes[0] > ANSWER_BYTES_MAX) {
                request.reset();
            }
        });
    }

    private long left(long start) {
        return Math.max(0, timeMax.toNanos() - (System.nanoTime() - start));
    }

    private static <T> T await(Future<T> future, long nanos) throws TimeoutException, ExecutionException {
        try {
            return future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException();
        }
    }

    private static Failure failureOf(Throwable cause) {
        for (var each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return Failure.TLS_FAILED;
            }
        }
        return Failure.CONNECTION_FAILED;
    }

    @Override
    public void close() {
        var _ = client.close().toCompletionStage().toCompletableFuture().join();
    }
}
