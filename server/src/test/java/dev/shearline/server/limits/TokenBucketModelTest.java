package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.limits.Limited.Level;
import dev.shearline.server.limits.Limits.Use;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random limits and uses against buckets as a textbook has them, in exact numbers. */
class TokenBucketModelTest {

    /** Tokens times the nanoseconds of the period, so that nothing is ever rounded. */
    private static final class Model {
        private final RateLimit limit;
        private final BigInteger period;
        private BigInteger filled;

        Model(RateLimit limit) {
            this.limit = limit;
            this.period = BigInteger.valueOf(limit.per().length().toNanos());
            this.filled = full();
        }

        private BigInteger full() {
            return period.multiply(BigInteger.valueOf(limit.capacity()));
        }

        void pass(long nanos) {
            filled = filled.add(BigInteger.valueOf(nanos).multiply(BigInteger.valueOf(limit.amount())))
                    .min(full());
        }

        boolean has(long cost) {
            return filled.compareTo(period.multiply(BigInteger.valueOf(cost))) >= 0;
        }

        void take(long cost) {
            filled = filled.subtract(period.multiply(BigInteger.valueOf(cost)));
        }

        long remaining() {
            return filled.divide(period).longValueExact();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void every_use_is_judged_as_the_model_does(long seed) {
        var random = new Random(seed);
        var nanos = new long[1];
        var limits = new Limits(() -> nanos[0], Settings.WithoutValkey.LOCAL);
        var all = new ArrayList<RateLimit>();
        var models = new ArrayList<Model>();
        var holders = new ArrayList<Limited>();
        for (var level : Level.values()) {
            var own = random(random);
            all.addAll(own);
            own.forEach(limit -> models.add(new Model(limit)));
            holders.add(new Limited("id_" + level, level, new LimitSet(own, Optional.empty())));
        }
        for (int i = 0; i < 2_000; i++) {
            long passed = random.nextLong(TimeUnit.SECONDS.toNanos(random.nextInt(100) == 0 ? 5_000 : 3));
            nanos[0] += passed;
            models.forEach(model -> model.pass(passed));
            long cost = 1L + random.nextInt(random.nextBoolean() ? 3 : 40);
            boolean allowed = models.stream().allMatch(model -> model.has(cost));
            var draw = Objects.requireNonNull(
                    limits.draw(holders.get(0), holders.get(1), holders.get(2), new Use(false, cost, i % 7 == 0, 0)));
            assertThat(draw.granted()).as("use %s of %s by %s", i, cost, all).isEqualTo(allowed);
            if (allowed && i % 7 != 0) {
                models.forEach(model -> model.take(cost));
                assertThat(draw.reading().remaining())
                        .isEqualTo(models.stream()
                                .mapToLong(Model::remaining)
                                .min()
                                .orElseThrow());
            }
        }
    }

    private static List<RateLimit> random(Random random) {
        var limits = new ArrayList<RateLimit>();
        for (var period : RateLimit.Period.values()) {
            if ((limits.isEmpty() && period == RateLimit.Period.HOUR) || random.nextInt(3) == 0) {
                long seconds = period.length().toSeconds();
                limits.add(new RateLimit(
                        1L + random.nextInt((int) Math.min(seconds * 12, 1_000_000)),
                        period,
                        random.nextBoolean() ? Optional.empty() : Optional.of(1L + random.nextInt(200))));
            }
        }
        return limits;
    }
}
