package dev.shearline.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7/32, 192.0.2.6, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "2001:db8::8000:0:0:0/65, 2001:db8::8000:0:0:1, true",
        "2001:db8::8000:0:0:0/65, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::1/128, ::1, true"
    })
    void a_block_contains_its_addresses(String block, String address, boolean contained) {
        assertThat(Cidr.find(block)
                        .orElseThrow()
                        .contains(IpAddress.find(address).orElseThrow()))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8, 10.0.0.0/8",
        "192.0.2.1/31, 192.0.2.0/31",
        "2001:db8::1/64, 2001:db8:0:0:0:0:0:0/64",
        "1.2.3.4/0, 0.0.0.0/0"
    })
    void host_bits_are_told_from_nonsense(String text, String meant) {
        assertThat(Cidr.parse(text))
                .isInstanceOfSatisfying(
                        Cidr.Parsed.HasHostBits.class,
                        parsed -> assertThat(parsed.meant()).hasToString(meant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/-1", "10.0.0/8",
                "010.0.0.1", "10.0.0.256", "10.0.0.0.0", "1", "0x7f.1", "localhost", "fe80::1%eth0", "[::1]", ":::",
                "1.2.3.4 ", " 1.2.3.4", "::1/64/1", "1.2.3.4/8x"
            })
    void nonsense_is_no_block(String text) {
        assertThat(Cidr.parse(text)).isInstanceOf(Cidr.Parsed.NotACidr.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0.0.0/0 | true
            ::/0 | true
            10.0.0.0/8 ::/0 | true
            0.0.0.0/1 128.0.0.0/1 | true
            0.0.0.0/1 128.0.0.0/2 192.0.0.0/2 10.0.0.0/8 | true
            ::/1 8000::/2 c000::/2 | true
            0.0.0.0/1 128.0.0.0/2 | false
            0.0.0.0/1 8000::/1 | false
            0.0.0.0/1 10.0.0.0/8 64.0.0.0/2 | false
            192.0.2.1 2001:db8::1 | false
            """)
    void blocks_hold_a_whole_family_by_themselves_or_together(String blocks, boolean all) {
        assertThat(Cidr.holdAll(Arrays.stream(blocks.split(" "))
                        .map(text -> Cidr.find(text).orElseThrow())
                        .toList()))
                .isEqualTo(all);
    }

    @Test
    void an_address_prints_as_it_is() {
        assertThat(IpAddress.find("192.0.2.1").orElseThrow()).hasToString("192.0.2.1");
        assertThat(IpAddress.find("::ffff:192.0.2.1").orElseThrow()).hasToString("192.0.2.1");
        assertThat(IpAddress.find("2001:DB8::A").orElseThrow()).hasToString("2001:db8:0:0:0:0:0:a");
    }
}
