package dev.shearline.server.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Where a long body goes. Each part waits until the one before has left for the network, so that no more than one is held, however slowly
 * the client reads. Before each part it is asked whether its reader may still have it: a key may be revoked while the body leaves.
 */
public final class BodySink {

    /** No more of the body is sent. */
    static final class CutOffException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        CutOffException(String why) {
            super(why);
        }

        CutOffException(String why, Throwable cause) {
            super(why, cause);
        }
    }

    private final Context context;
    private final HttpServerResponse out;
    private final BooleanSupplier permitted;
    private final long begunAt = System.nanoTime();
    private final long nanosMax;

    /** @param permitted whether the reader may have more; asked where {@link #write} is called, and may block */
    BodySink(Context context, HttpServerResponse out, BooleanSupplier permitted, Duration timeMax) {
        this.context = context;
        this.out = out;
        this.permitted = permitted;
        this.nanosMax = timeMax.toNanos();
    }

    public void write(Buffer part) {
        send(() -> out.write(part));
    }

    void end() {
        send(out::end);
    }

    private void send(Supplier<Future<Void>> action) {
        if (!permitted.getAsBoolean()) {
            throw new CutOffException("its reader may not have it any more");
        }
        long left = nanosMax - (System.nanoTime() - begunAt);
        if (left <= 0) {
            throw new CutOffException("it has taken too long");
        }
        onEventLoop(action, Math.min(left, HttpLimits.PART_TIME_MAX.toNanos()));
    }

    private void onEventLoop(Supplier<Future<Void>> action, long nanos) {
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
            done.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new CutOffException("its reader has gone", e);
        } catch (TimeoutException e) {
            throw new CutOffException("its reader reads too slowly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CutOffException("its thread was interrupted", e);
        }
    }
}
