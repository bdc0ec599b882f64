package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {

    private static final Secret SECRET = Secret.of("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    @Test
    void it_is_that_of_standard_webhooks() {
        assertThat(Signature.of(List.of(SECRET), ID, 1614265330, "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void each_secret_signs() {
        var other = Signature.drawSecret(new SecureRandom());

        assertThat(Signature.of(List.of(other, SECRET), ID, 1, "{}").split(" "))
                .containsExactly(Signature.of(List.of(other), ID, 1, "{}"), Signature.of(List.of(SECRET), ID, 1, "{}"));
    }

    @Test
    void a_secret_is_32_random_bytes() {
        var random = new SecureRandom();
        var secret = Signature.drawSecret(random);

        assertThat(Base64.getDecoder().decode(secret.reveal().substring("whsec_".length())))
                .hasSize(32);
        assertThat(Signature.drawSecret(random)).isNotEqualTo(secret);
        assertThat(secret.toString()).doesNotContain("whsec_");
    }
}
