package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.testing.TestSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The status is told in two languages: a list filters in SQL, an answer is rendered in Java. */
@Tag("storage")
class KeyStatusTest {

    private static final Instant NOW = Instant.parse("2030-06-15T12:00:00Z");

    private static final List<Optional<Instant>> TIMES = List.of(
            Optional.empty(),
            Optional.of(NOW.minusSeconds(1)),
            Optional.of(NOW),
            Optional.of(NOW.plusSeconds(1)),
            Optional.of(NOW.plus(Duration.ofDays(14))),
            Optional.of(NOW.plus(Duration.ofDays(14)).plusSeconds(1)));

    private record Case(KeyState state, KeyTimes times) {}

    private static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (var state : KeyState.values()) {
            for (var notBefore : TIMES) {
                for (var expires : TIMES) {
                    for (var ends : TIMES) {
                        cases.add(new Case(state, new KeyTimes(NOW, NOW, notBefore, expires, ends)));
                    }
                }
            }
        }
        return cases;
    }

    @Test
    void sql_and_java_say_the_same_of_every_key() throws SQLException {
        var sql = new StringBuilder("SELECT 0");
        for (var status : KeyStatus.values()) {
            sql.append(", (").append(KeyConditions.of(status)).append(") AS ").append(status);
        }
        sql.append(", ").append(KeyConditions.NOT_OVER).append(" AS not_over");
        var query = sql.append(" FROM (SELECT ? AS state, ? AS not_before, ? AS expires_at, ? AS ends_at) AS k")
                .toString()
                .replace(":now", "TIMESTAMPTZ '" + NOW + "'")
                .replace(":soon", "TIMESTAMPTZ '" + NOW.plus(KeyStatus.EXPIRING_WITHIN) + "'");
        try (var connection = TestSchema.create().connect();
                var statement = connection.prepareStatement(query)) {
            for (var each : cases()) {
                statement.setString(1, each.state().name().toLowerCase(java.util.Locale.ROOT));
                statement.setObject(
                        2, DatabaseTimes.orMinusInfinity(each.times().notBefore()));
                statement.setObject(3, DatabaseTimes.orInfinity(each.times().expiresAt()));
                statement.setObject(4, DatabaseTimes.orInfinity(each.times().endsAt()));
                var expected = KeyStatus.of(each.state(), each.times(), NOW);
                try (var row = statement.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    for (var status : KeyStatus.values()) {
                        assertThat(row.getBoolean(status.name()))
                                .as("%s of %s", status, each)
                                .isEqualTo(status == expected);
                    }
                    assertThat(row.getBoolean("not_over"))
                            .isEqualTo(expected != KeyStatus.REVOKED && expected != KeyStatus.USED);
                }
            }
        }
    }

    @Test
    void each_status_is_the_first_that_holds() {
        var soon = Optional.of(NOW.plusSeconds(1));
        var past = Optional.of(NOW);
        var none = Optional.<Instant>empty();
        assertThat(KeyStatus.of(KeyState.REVOKED, times(soon, past, past), NOW)).isEqualTo(KeyStatus.REVOKED);
        assertThat(KeyStatus.of(KeyState.USED, times(soon, past, past), NOW)).isEqualTo(KeyStatus.USED);
        assertThat(KeyStatus.of(KeyState.DISABLED, times(soon, past, none), NOW))
                .isEqualTo(KeyStatus.EXPIRED);
        assertThat(KeyStatus.of(KeyState.ACTIVE, times(none, none, past), NOW)).isEqualTo(KeyStatus.EXPIRED);
        assertThat(KeyStatus.of(KeyState.DISABLED, times(soon, soon, soon), NOW))
                .isEqualTo(KeyStatus.DISABLED);
        assertThat(KeyStatus.of(KeyState.ACTIVE, times(soon, soon, soon), NOW)).isEqualTo(KeyStatus.NOT_YET_VALID);
        assertThat(KeyStatus.of(KeyState.ACTIVE, times(past, soon, soon), NOW)).isEqualTo(KeyStatus.ROTATING);
        assertThat(KeyStatus.of(KeyState.ACTIVE, times(past, soon, none), NOW)).isEqualTo(KeyStatus.EXPIRING);
        assertThat(KeyStatus.of(KeyState.ACTIVE, times(none, none, none), NOW)).isEqualTo(KeyStatus.ACTIVE);
    }

    private static KeyTimes times(Optional<Instant> notBefore, Optional<Instant> expires, Optional<Instant> ends) {
        return new KeyTimes(NOW, NOW, notBefore, expires, ends);
    }
}
