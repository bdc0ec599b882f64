package dev.shearline.server.usage;

import dev.shearline.server.keys.ApiKey;
import dev.shearline.server.keys.KeyStatus;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Who would notice that a key is gone.
 *
 * @param today since midnight, in UTC
 * @param week today and the six days before
 * @param callers who came most often in this week
 * @param other how often others came
 */
record KeyImpact(
        ApiKeyId keyId,
        KeyStatus status,
        Optional<Instant> lastUsedAt,
        KeyUsage.Totals today,
        KeyUsage.Totals week,
        List<KeyCallers.Caller> callers,
        long other) {

    static final int CALLERS_MAX = 10;

    private static final Duration BEFORE_TODAY = Duration.ofDays(6);

    KeyImpact {
        callers = List.copyOf(callers);
    }

    static UsageRange week(Instant now) {
        var today = now.truncatedTo(ChronoUnit.DAYS);
        return new UsageRange(today.minus(BEFORE_TODAY), today.plus(1, ChronoUnit.DAYS), UsageRange.Granularity.DAY);
    }

    /** @param days of the week */
    static KeyImpact of(ApiKey key, UsageRange week, List<UsageStore.Counted> days, KeyCallers callers) {
        var today = days.stream()
                .filter(day -> !day.time().isBefore(week.to().minus(1, ChronoUnit.DAYS)))
                .toList();
        return new KeyImpact(
                key.id(),
                key.status(),
                key.lastUsedAt(),
                KeyUsage.sum(today),
                KeyUsage.sum(days),
                callers.items(),
                callers.other());
    }
}
