package dev.shearline.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdsTest {

    @ParameterizedTest
    @CsvSource({"0,OK", "-1000,OK", "1001,WARN", "-5000,WARN", "5001,FAIL", "-60000,FAIL"})
    void a_clock_may_be_a_second_off_and_must_not_be_five(long millis, Finding.Level level) {
        assertThat(PostgresChecks.clock(Duration.ofMillis(millis)).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"1024,OK", "1023,WARN", "100,WARN", "99,FAIL"})
    void a_disk_needs_room(long mebibytes, Finding.Level level) {
        assertThat(DataDirectoryChecks.space(Path.of("/data"), mebibytes * 1024 * 1024)
                        .level())
                .isEqualTo(level);
    }
}
