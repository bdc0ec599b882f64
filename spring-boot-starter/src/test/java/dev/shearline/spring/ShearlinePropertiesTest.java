package dev.shearline.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShearlinePropertiesTest {

    @Test
    void the_key_is_not_printed() {
        var properties =
                new ShearlineProperties("https://keys.example.com", "the-secret", Duration.ofSeconds(10), false);
        assertThat(properties.toString()).contains("keys.example.com").doesNotContain("the-secret");
    }
}
