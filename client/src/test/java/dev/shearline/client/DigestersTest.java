package dev.shearline.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DigestersTest {

    private final Digesters digesters = new Digesters();

    @Test
    void it_is_the_digest_that_everybody_computes() {
        for (var key : List.of("a", "k".repeat(512), "sch\u00fcssel-\u20ac", "\ud83d\udd11")) {
            var asked = Objects.requireNonNull(digesters.digest(key, Requirement.NONE));
            assertThat(new KeyDigest(asked.a, asked.b, asked.c, asked.d)).isEqualTo(KeyDigest.of(key));
        }
    }

    @Test
    void what_is_empty_or_too_long_is_no_key() {
        for (var text : List.of("", "k".repeat(513), "\u20ac".repeat(171))) {
            assertThat(digesters.digest(text, Requirement.NONE)).isNull();
        }
    }
}
