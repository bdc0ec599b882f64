package dev.shearline.server.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CacheSizeTest {

    @Test
    void an_eighth_of_the_machine_but_neither_too_little_nor_more_than_lists_need() {
        assertThat(CacheSize.of(512L << 20)).isEqualTo(new CacheSize(128, 256));
        assertThat(CacheSize.of(4L << 30)).isEqualTo(new CacheSize(512, 2048));
        assertThat(CacheSize.of(64L << 30)).isEqualTo(new CacheSize(1024, 32_768));
    }
}
