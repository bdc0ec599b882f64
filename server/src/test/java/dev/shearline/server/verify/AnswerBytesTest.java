package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Held against the JSON library, byte for byte. */
class AnswerBytesTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int TRIES = 20_000;
    private static final String AWKWARD = "\"\\/\b\t\n\u0000\u007f\u00e9\u20ac\u2028\ud83d\ude00 ~a";

    @Test
    void strings_are_written_as_the_library_writes_them() {
        var random = new Random(7);
        for (int i = 0; i < TRIES; i++) {
            var text = text(random, random.nextInt(40));
            assertThat(string(text)).isEqualTo(MAPPER.writeValueAsString(text));
        }
        var longer = AWKWARD.repeat(2_000);
        assertThat(string(longer)).isEqualTo(MAPPER.writeValueAsString(longer));
    }

    @Test
    void numbers_are_written_as_the_library_writes_them() {
        var random = new Random(7);
        for (int i = 0; i < TRIES; i++) {
            requireSame(random.nextLong() >> random.nextInt(64));
        }
        for (long value : new long[] {0, 9, 10, 99, 100, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            requireSame(value);
        }
    }

    private static void requireSame(long value) {
        assertThat(text(new AnswerBytes().number(value))).isEqualTo(Long.toString(value));
    }

    private static String string(String value) {
        return text(new AnswerBytes().string(value));
    }

    private static String text(AnswerBytes bytes) {
        return bytes.toBuffer().toString(StandardCharsets.UTF_8);
    }

    /** Mostly plain, sometimes not. */
    private static String text(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            if (random.nextInt(10) == 0) {
                int at = AWKWARD.offsetByCodePoints(0, random.nextInt(AWKWARD.codePointCount(0, AWKWARD.length())));
                text.appendCodePoint(AWKWARD.codePointAt(at));
            } else {
                text.append((char) random.nextInt(' ', 0x7f));
            }
        }
        return text.toString();
    }
}
