package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * One event of a stream.
 *
 * @param name the event's type
 * @param id what a client that comes back sends as {@code Last-Event-ID}
 * @param data one line of text, usually JSON
 */
public record ServerSentEvent(String name, Optional<String> id, String data) {

    public ServerSentEvent {
        requireOneLine(name);
        id.ifPresent(ServerSentEvent::requireOneLine);
        requireOneLine(data);
    }

    private static void requireOneLine(String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a field of an event is one line");
        }
    }

    Buffer bytes() {
        var text = new StringBuilder("event: ").append(name).append('\n');
        id.ifPresent(value -> text.append("id: ").append(value).append('\n'));
        return Buffer.buffer(text.append("data: ").append(data).append("\n\n").toString());
    }
}
