package dev.shearline.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void a_secret_does_not_print_itself() {
        var minted = new KeyFormat(List.of("shl")).mint(KeyMode.LIVE, KeyKind.SECRET, new SecureRandom());
        assertThat(minted.toString() + minted.secret())
                .doesNotContain(minted.secret().reveal());
        assertThat(minted.secret()).isEqualTo(Secret.of(minted.secret().reveal()));
        assertThat(minted.secret()).isNotEqualTo(Secret.of("something else"));
    }

    @Test
    void every_character_of_the_alphabet_is_drawn() {
        var seen = new HashSet<Character>();
        for (int i = 0; i < 100; i++) {
            Base62.random(new SecureRandom(), 100).chars().forEach(c -> seen.add((char) c));
        }
        assertThat(seen).hasSize(62);
    }

    @Test
    void a_brand_is_short_and_lower_case() {
        for (var brand : List.of("", "s", "Shl", "1shl", "shl_", "a-b", "waytoolongname")) {
            assertThatThrownBy(() -> new KeyFormat(List.of(brand))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new KeyFormat(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_id_is_nothing_but_an_id() {
        for (var text : List.of("", "key_", "key_short", "key_0123456789ab0", "KEY_0123456789ab", "key_0123456789a_")) {
            assertThat(ApiKeyId.find(text)).isEmpty();
        }
    }
}
