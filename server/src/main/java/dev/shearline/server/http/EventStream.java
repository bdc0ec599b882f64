package dev.shearline.server.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An open stream of server-sent events. Any thread may send; events leave in the order in which one thread sends them.
 *
 * <p>A client that reads too slowly is the sender's problem to solve: {@link #send} says no once the backlog is full, and
 * then the sender drops what it had, sends a reset when {@link #onDrain} calls, or closes.
 */
public final class EventStream {

    private static final Runnable NOTHING = new Runnable() {
        @Override
        public void run() {}
    };

    private final Context context;
    private final HttpServerResponse out;
    private final AtomicInteger backlog = new AtomicInteger();
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<Runnable> drained = new AtomicReference<>(NOTHING);
    private final List<Buffer> beforeHead = new ArrayList<>();
    private boolean headWritten;
    private final AtomicReference<Runnable> whenClosed = new AtomicReference<>(NOTHING);

    EventStream(Context context, HttpServerResponse out) {
        this.context = context;
        this.out = out;
    }

    /** False when it was not taken: the client lags behind, or is gone. */
    public boolean send(ServerSentEvent event) {
        var bytes = event.bytes();
        if (closed.get()) {
            return false;
        }
        if (backlog.addAndGet(bytes.length()) > HttpLimits.STREAM_BACKLOG_BYTES_MAX) {
            refusing.set(true);
            written(bytes.length());
            return false;
        }
        context.runOnContext(_ -> write(bytes));
        return true;
    }

    /** Called, on the event loop, when a stream that refused an event has room for half its backlog again. */
    public void onDrain(Runnable action) {
        drained.set(action);
    }

    /** Called once, on the event loop or at once, when the stream has ended for whatever reason. */
    public void onClose(Runnable action) {
        whenClosed.set(action);
        if (closed.get() && whenClosed.compareAndSet(action, NOTHING)) {
            action.run();
        }
    }

    public boolean isOpen() {
        return !closed.get();
    }

    /** Ends the stream after what has been sent so far. */
    public void close() {
        context.runOnContext(_ -> {
            if (headWritten && !out.ended() && !out.closed()) {
                out.end();
            }
            ended();
        });
    }

    /** On the event loop: what was sent while the handler still ran goes out now. */
    void headWritten() {
        headWritten = true;
        for (var bytes : beforeHead) {
            out.write(bytes).onComplete(_ -> written(bytes.length()));
        }
        beforeHead.clear();
        if (closed.get()) {
            out.end();
        }
    }

    private void write(Buffer bytes) {
        if (!headWritten) {
            beforeHead.add(bytes);
            return;
        }
        if (closed.get() || out.ended() || out.closed()) {
            return;
        }
        out.write(bytes).onComplete(_ -> written(bytes.length()));
    }

    private void written(int bytes) {
        int left = backlog.addAndGet(-bytes);
        if (left <= HttpLimits.STREAM_BACKLOG_BYTES_MAX / 2 && refusing.compareAndSet(true, false)) {
            context.runOnContext(_ -> drained.get().run());
        }
    }

    void ended() {
        if (closed.compareAndSet(false, true)) {
            whenClosed.getAndSet(NOTHING).run();
        }
    }
}
