package dev.shearline.server.db;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Times that may be absent are {@code infinity} or {@code -infinity} in the database, so that ranges and indexes stay simple. */
public final class DatabaseTimes {

    private DatabaseTimes() {}

    public static OffsetDateTime orInfinity(Optional<Instant> time) {
        return time.map(DatabaseTimes::of).orElse(OffsetDateTime.MAX);
    }

    public static OffsetDateTime orMinusInfinity(Optional<Instant> time) {
        return time.map(DatabaseTimes::of).orElse(OffsetDateTime.MIN);
    }

    public static OffsetDateTime of(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    /** Empty for either infinity. */
    public static Optional<Instant> finite(OffsetDateTime time) {
        return time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN)
                ? Optional.empty()
                : Optional.of(time.toInstant());
    }
}
