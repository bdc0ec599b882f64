package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S,in 0s",
        "PT59S,in 59s",
        "PT-60S,1m ago",
        "PT-1H,1h ago",
        "PT47H20M,in 47h",
        "PT47H59M,in 2d",
        "P2D,in 2d",
        "P89DT23H,in 90d",
        "PT3599S,in 1h",
        "PT89M,in 1h",
        "P-364D,364d ago",
        "P730D,in 2y",
        "P-3650D,10y ago"
    })
    void one_unit_says_enough(Duration distance, String text) {
        assertThat(Times.relative(Session.NOW, Session.NOW.plus(distance))).isEqualTo(text);
    }
}
