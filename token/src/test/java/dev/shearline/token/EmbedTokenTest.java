package dev.shearline.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbedTokenTest {

    private final KeyFormat format = new KeyFormat(List.of("acme", "shl"));
    private final String token = format.mintEmbedToken(new SecureRandom()).reveal();

    @Test
    void it_proves_itself_without_anybody_being_asked() {
        assertThat(token).matches("acme_embed_[0-9A-Za-z]{38}");
        assertThat(format.isEmbedToken(token)).isTrue();
        assertThat(format.isEmbedToken(token.substring(1))).isFalse();
        assertThat(format.isEmbedToken(token + "0")).isFalse();
        assertThat(format.isEmbedToken(token.replaceFirst("_embed_.", "_embed_-")))
                .isFalse();
        char other = token.endsWith("0") ? '1' : '0';
        assertThat(format.isEmbedToken(token.substring(0, token.length() - 1) + other))
                .isFalse();
        assertThat(new KeyFormat(List.of("shl")).isEmbedToken(token)).isFalse();
    }

    @Test
    void it_is_no_key_and_found_like_one() {
        assertThat(format.parse(token)).isInstanceOf(ParsedKey.Malformed.class);
        assertThat(format.isContainedIn("see " + token + "!")).isTrue();
        assertThat(format.isContainedIn("see " + token.substring(0, token.length() - 1)))
                .isFalse();
    }
}
