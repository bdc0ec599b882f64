package dev.shearline.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.client.Shearline;
import dev.shearline.client.testing.FakeShearline;
import dev.shearline.client.testing.FakeShearlineExtension;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FakeShearlineExtension.class)
class KeyPrincipalsTest {

    @Test
    void a_local_address_is_good_with_the_name_of_this_machines_interface(FakeShearline shearline) {
        var key = shearline.issue(shearline.newKey().scopes("orders:read").from("fe80::/10"));
        try (var verifier = Shearline.connect(shearline.url(), shearline.key())
                .localVerifier()
                .start()) {
            var principals = new KeyPrincipals(
                    verifier, new ShearlineProperties(shearline.url(), shearline.key(), Duration.ofSeconds(10), false));
            assertThat(principals.of(key.secret(), Optional.of("fe80::1%eth0")).getName())
                    .isEqualTo(key.id());
        }
    }
}
