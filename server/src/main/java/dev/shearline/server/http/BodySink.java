package dev.shearline.server.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Where a long body goes. Each part waits until the one before has left for the network, so that no more than one is held, however slowly
 * the client reads.
 */
public final class BodySink {

    /** The client has gone, or reads no more. */
    static final class ClientGoneException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ClientGoneException(Throwable cause) {
            super(cause);
        }
    }

    private final Context context;
    private final HttpServerResponse out;

    BodySink(Context context, HttpServerResponse out) {
        this.context = context;
        this.out = out;
    }

    public void write(Buffer part) {
        onEventLoop(() -> out.write(part));
    }

    void end() {
        onEventLoop(out::end);
    }

    private void onEventLoop(Supplier<Future<Void>> action) {
        var done = new CompletableFuture<Void>();
        context.runOnContext(_ -> {
            if (out.ended() || out.closed()) {
                done.completeExceptionally(new IllegalStateException("the connection is closed"));
                return;
            }
            action.get().onComplete(result -> {
                if (result.succeeded()) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(result.cause());
                }
            });
        });
        try {
            done.get(HttpLimits.PART_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new ClientGoneException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGoneException(e);
        }
    }
}
