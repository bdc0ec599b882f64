package dev.shearline.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events, each of a largest size: a stream that never ends a line ends here. */
final class EventReader {

    /** A change of a user names all of its memberships. */
    static final int EVENT_BYTES_MAX = 1024 * 1024;

    private static final int BUFFER_BYTES = 8 * 1024;

    /** One event; an event without a name is a message. */
    record Event(String name, String id, String data) {}

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int at;
    private int end;
    private String lastId = "";

    EventReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next event, waiting for it as long as it takes.
     *
     * @throws IOException at the end of the stream, too
     */
    Event next() throws IOException {
        var name = "message";
        var data = new StringBuilder();
        boolean any = false;
        while (true) {
            var text = nextLine();
            if (text.isEmpty()) {
                if (any) {
                    return new Event(name, lastId, data.toString());
                }
                name = "message";
                continue;
            }
            int colon = text.indexOf(':');
            var field = colon < 0 ? text : text.substring(0, colon);
            var value = colon < 0 ? "" : text.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> name = value;
                case "id" -> lastId = value;
                case "data" -> {
                    if (any) {
                        data.append('\n');
                    }
                    any = true;
                    data.append(value);
                    if (data.length() > EVENT_BYTES_MAX) {
                        throw new IllegalArgumentException("an event is longer than " + EVENT_BYTES_MAX + " bytes");
                    }
                }
                default -> {
                    // a comment, or what a later release knows
                }
            }
        }
    }

    private String nextLine() throws IOException {
        line.reset();
        while (true) {
            if (at == end) {
                end = in.read(buffer);
                at = 0;
                if (end < 0) {
                    end = 0;
                    throw new IOException("the stream has ended");
                }
            }
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            line.write(buffer, from, at - from);
            if (line.size() > EVENT_BYTES_MAX) {
                throw new IllegalArgumentException("a line is longer than " + EVENT_BYTES_MAX + " bytes");
            }
            if (at < end) {
                at++;
                var text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
        }
    }
}
