package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochTest {

    @Test
    void a_tag_has_sixteen_digits_on_the_wire_whatever_its_value() {
        assertThat(new Epoch(7, 0).wire()).isEqualTo("7-0000000000000000");
        assertThat(new Epoch(7, -1).wire()).isEqualTo("7-ffffffffffffffff");
        assertThat(new Epoch(7, 0x0123456789abcdefL).tagWire()).isEqualTo("0123456789abcdef");
    }

    @Test
    void what_was_written_is_read_back() {
        for (long tag : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            for (long number : new long[] {0, 1, Long.MAX_VALUE}) {
                var epoch = new Epoch(number, tag);
                assertThat(Epoch.find(epoch.wire())).isEqualTo(Optional.of(epoch));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "7",
                "7-",
                "-0000000000000000",
                "7-000000000000000",
                "7-00000000000000000",
                "7-000000000000000g",
                "7-+000000000000000",
                "x-0000000000000000",
                "--0000000000000000",
                "+7-0000000000000000",
                "-7-0000000000000000",
                "7 -0000000000000000",
                "99999999999999999999-0000000000000000",
            })
    void anything_else_is_no_epoch(String text) {
        assertThat(Epoch.find(text)).isEmpty();
    }

    @Test
    void the_same_number_of_another_history_is_another_epoch() {
        assertThat(new Epoch(7, 1)).isNotEqualTo(new Epoch(7, 2));
    }
}
