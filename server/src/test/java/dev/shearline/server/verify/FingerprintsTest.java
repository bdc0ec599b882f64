package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintsTest {

    private static final int KEYS = 100_000;

    @ParameterizedTest
    @ValueSource(ints = {0, KEYS})
    void it_knows_every_key_that_it_was_told_of_and_no_other(int expected) {
        var fingerprints = new Fingerprints(expected);
        IntStream.range(0, KEYS).forEach(key -> {
            fingerprints.add(digest(key));
            fingerprints.add(digest(key));
        });
        assertThat(fingerprints.size()).isEqualTo(KEYS);
        assertThat(IntStream.range(0, KEYS)).allMatch(key -> fingerprints.mayHold(digest(key)));
        assertThat(IntStream.range(KEYS, 2 * KEYS)).noneMatch(key -> fingerprints.mayHold(digest(key)));
    }

    @Test
    void two_keys_of_one_fingerprint_are_one_and_both_known() {
        var fingerprints = new Fingerprints(0);
        fingerprints.add(new KeyDigest(1, 7, 1, 1));
        fingerprints.add(new KeyDigest(2, 7, 2, 2));
        assertThat(fingerprints.size()).isEqualTo(1);
        assertThat(fingerprints.mayHold(new KeyDigest(2, 7, 2, 2))).isTrue();
    }

    @Test
    void a_digest_whose_bits_are_those_of_an_empty_place_is_known_like_any_other() {
        var fingerprints = new Fingerprints(0);
        assertThat(fingerprints.mayHold(new KeyDigest(1, 0, 1, 1))).isFalse();
        fingerprints.add(new KeyDigest(1, 0, 1, 1));
        assertThat(fingerprints.mayHold(new KeyDigest(1, 0, 1, 1))).isTrue();
    }

    private static KeyDigest digest(int key) {
        return KeyDigest.of("key " + key);
    }
}
