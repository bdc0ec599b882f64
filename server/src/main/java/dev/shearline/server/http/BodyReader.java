package dev.shearline.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * Collects one body on the event loop, up to the limit of size and time. The usual body comes in one piece and is handed
 * on as it is. One that is a little too large is read to its end first, so that its sender reads the answer instead of a
 * reset connection; one that is far too large is cut off.
 */
final class BodyReader {

    /** What is made of it: exactly one of these is called, once, unless the client goes away. */
    interface Outcome {
        void whole(Buffer body);

        /** @param cutOff the rest of the request has not been read: the connection cannot go on */
        void refused(Problem problem, boolean cutOff);
    }

    private static final long NO_TIMER = -1;
    private static final Buffer NOTHING = Buffer.buffer(0);

    private final HttpServerRequest raw;
    private final Vertx vertx;
    private final BodyRoom room;
    private final Outcome outcome;
    private @Nullable Buffer received;
    private boolean pieced;
    private long size;
    private long timer = NO_TIMER;
    private boolean done;
    private boolean placed;
    private boolean crowded;

    private BodyReader(HttpServerRequest raw, Vertx vertx, BodyRoom room, Outcome outcome) {
        this.raw = raw;
        this.vertx = vertx;
        this.room = room;
        this.outcome = outcome;
    }

    static void read(HttpServerRequest raw, Vertx vertx, BodyRoom room, Outcome outcome) {
        var reader = new BodyReader(raw, vertx, room, outcome);
        if (announced(raw) > room.discardedBytesMax()) {
            reader.refuse(reader.tooLarge(), true);
            return;
        }
        raw.handler(reader::chunk);
        raw.endHandler(reader::end);
        raw.exceptionHandler(reader::gone);
    }

    private static long announced(HttpServerRequest raw) {
        var length = raw.getHeader(HttpHeaders.CONTENT_LENGTH);
        // up to 18 digits are a long; Netty has refused what is no number
        return length == null ? 0 : length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length);
    }

    private void chunk(Buffer chunk) {
        if (done) {
            return;
        }
        size += chunk.length();
        if (size > room.discardedBytesMax()) {
            refuse(tooLarge(), true);
        } else if (size > room.bytesMax() || (size > HttpLimits.BODY_BYTES_MAX && !hasPlace())) {
            received = NOTHING;
        } else {
            keep(chunk);
        }
        if (timer == NO_TIMER && !done && size < announcedOrEndless()) {
            timer = vertx.setTimer(HttpLimits.BODY_TIME_MAX.toMillis(), this::tooSlow);
        }
    }

    private void keep(Buffer chunk) {
        if (received == null) {
            received = chunk;
            return;
        }
        // the first piece is not ours to write to
        received = (pieced ? received : Buffer.buffer().appendBuffer(received)).appendBuffer(chunk);
        pieced = true;
    }

    private boolean hasPlace() {
        if (!placed && !crowded) {
            placed = room.tryEnter();
            crowded = !placed;
        }
        return placed;
    }

    private long announcedOrEndless() {
        return raw.headers().contains(HttpHeaders.CONTENT_LENGTH) ? announced(raw) : Long.MAX_VALUE;
    }

    private void end(Void ignored) {
        if (done) {
            return;
        }
        if (size > room.bytesMax()) {
            refuse(tooLarge(), false);
        } else if (crowded) {
            refuse(Problem.overloaded(), false);
        } else {
            finish();
            outcome.whole(received == null ? NOTHING : received);
        }
    }

    private void tooSlow(Long ignored) {
        if (!done) {
            refuse(
                    Problem.of(
                            ProblemCode.REQUEST_TIMEOUT,
                            "Send the whole body within " + HttpLimits.BODY_TIME_MAX.toSeconds() + " seconds."),
                    true);
        }
    }

    /** The client has gone, or it has sent what is no body: then it is still there, and is told so before the connection ends. */
    private void gone(Throwable why) {
        if (!done && InvalidRequests.isUnreadable(why)) {
            refuse(InvalidRequests.unreadableBody(), true);
        } else {
            finish();
        }
    }

    private void refuse(Problem problem, boolean cutOff) {
        finish();
        outcome.refused(problem, cutOff);
    }

    private void finish() {
        done = true;
        if (placed) {
            placed = false;
            room.leave();
        }
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }

    private Problem tooLarge() {
        return Problem.of(ProblemCode.BODY_TOO_LARGE, "Send at most " + room.bytesMax() + " bytes.");
    }
}
