package dev.shearline.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.token.Secret;
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
    @CsvSource({
        "10,true,OK",
        "11,true,WARN",
        "60,true,WARN",
        "61,true,FAIL",
        "10,false,OK",
        "11,false,WARN",
        "3600,false,WARN"
    })
    void a_seal_may_be_late_and_must_not_be_overdue_where_a_node_runs(long seconds, boolean node, Finding.Level level) {
        assertThat(SealChecks.waiting(seconds, node).level()).isEqualTo(level);
    }

    /** Synchronous replication without a standby keeps every commit waiting. */
    @ParameterizedTest
    @CsvSource({"'',0,0,0,WARN", "'',1,1,0,WARN", "s1,0,0,0,FAIL", "s1,1,1,0,FAIL", "s1,2,2,1,OK", "s1,1,0,0,OK"})
    void a_standby_that_is_waited_for_must_be_there(
            String names, int attached, int readable, int synchronous, Finding.Level level) {
        var finding = PostgresChecks.standby(
                new PostgresChecks.Standbys(names, attached, readable, synchronous),
                new DatabaseAddress("localhost", 5432, "keys", "shearline_node", Secret.of("test-only")));
        assertThat(finding.level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"1024,OK", "1023,WARN", "100,WARN", "99,FAIL"})
    void a_disk_needs_room(long mebibytes, Finding.Level level) {
        assertThat(DataDirectoryChecks.space(Path.of("/data"), mebibytes * 1024 * 1024)
                        .level())
                .isEqualTo(level);
    }
}
