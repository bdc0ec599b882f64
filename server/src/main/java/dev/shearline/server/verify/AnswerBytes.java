package dev.shearline.server.verify;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON of a known shape, put together in one array: what never changes lies ready as bytes, and of the rest almost all is plain ASCII. A
 * general generator costs more than the verdict that it writes. What is not plain ASCII goes through the JSON library.
 */
final class AnswerBytes {

    private static final int EXPECTED_BYTES = 1024;
    /** A long has at most 19 digits and a sign. */
    private static final int NUMBER_BYTES_MAX = 20;

    private static final Piece NULL = piece("null");

    private byte[] bytes = new byte[EXPECTED_BYTES];
    private int length;

    /** A piece of JSON that lies ready. */
    static final class Piece {

        private final byte[] bytes;

        private Piece(byte[] bytes) {
            this.bytes = bytes;
        }

        /** For who needs what stands in it. */
        <T> T read(JsonMapper mapper, Class<T> type) {
            return mapper.readValue(bytes, type);
        }
    }

    static Piece piece(String json) {
        return new Piece(json.getBytes(StandardCharsets.UTF_8));
    }

    Piece toPiece() {
        return new Piece(Arrays.copyOf(bytes, length));
    }

    AnswerBytes raw(Piece json) {
        return raw(json.bytes);
    }

    /** JSON of somebody else, in UTF-8. */
    AnswerBytes raw(byte[] json) {
        require(json.length);
        System.arraycopy(json, 0, bytes, length, json.length);
        length += json.length;
        return this;
    }

    AnswerBytes raw(char json) {
        require(1);
        bytes[length++] = (byte) json;
        return this;
    }

    AnswerBytes nothing() {
        return raw(NULL);
    }

    AnswerBytes stringOrNull(@Nullable String value) {
        return value == null ? nothing() : string(value);
    }

    AnswerBytes string(String value) {
        int characters = value.length();
        require(characters + 2);
        // fields would be read again for every byte that is written
        var to = bytes;
        int at = length;
        to[at++] = '"';
        for (int i = 0; i < characters; i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return quoted(value);
            }
            to[at++] = (byte) c;
        }
        to[at++] = '"';
        length = at;
        return this;
    }

    private AnswerBytes quoted(String value) {
        return raw('"').raw(JsonStringEncoder.getInstance().quoteAsUTF8(value)).raw('"');
    }

    AnswerBytes number(long value) {
        if (value < 0) {
            return raw(piece(Long.toString(value)));
        }
        require(NUMBER_BYTES_MAX);
        int digits = 1;
        for (long rest = value; rest > 9; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** The array itself, which is not copied: nothing more may be written after this. */
    Buffer toBuffer() {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes, 0, length));
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
