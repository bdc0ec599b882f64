package dev.shearline.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressBlockTest {

    private static boolean contains(String block, String address) {
        return AddressBlock.find(block)
                .orElseThrow()
                .contains(AddressBlock.find(address).orElseThrow());
    }

    @Test
    void a_block_contains_its_addresses() {
        assertThat(contains("10.0.0.0/8", "10.255.255.255")).isTrue();
        assertThat(contains("10.0.0.0/8", "11.0.0.0")).isFalse();
        assertThat(contains("0.0.0.0/0", "203.0.113.7")).isTrue();
        assertThat(contains("203.0.113.7/32", "203.0.113.7")).isTrue();
        assertThat(contains("203.0.113.7/32", "203.0.113.6")).isFalse();
        assertThat(contains("2001:db8:0:0:0:0:0:0/32", "2001:db8:ffff::1")).isTrue();
        assertThat(contains("0:0:0:0:0:0:0:0/0", "10.0.0.1")).isFalse();
        assertThat(contains("10.0.0.0/8", "::ffff:10.0.0.1")).isTrue();
    }

    @Test
    void what_is_no_address_is_none_and_no_resolver_is_asked() {
        for (var text : List.of(
                "",
                "localhost",
                "example.com",
                "10.0.0",
                "010.0.0.1",
                "256.0.0.1",
                "10.0.0.0/33",
                "10.0.0.0/08",
                "fe80::1%1",
                "[::1]",
                "1.2.3.4.5",
                "::/129",
                "10.0.0.1/",
                "cafe")) {
            assertThat(AddressBlock.find(text)).as(text).isEmpty();
        }
    }
}
