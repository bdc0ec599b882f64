package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.limits.Draw;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.limits.Limited;
import dev.shearline.server.limits.Limits;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettlementTest {

    private final Limits limits = new Limits(() -> 0, Settings.WithoutValkey.LOCAL);
    private final Limited key = new Limited("key_1", Limited.Level.KEY, LimitSet.ofWire("1/month quota/1/none"));

    private Draw draw() {
        return Objects.requireNonNull(limits.draw(key, null, null, new Limits.Use(false, 1, false, 0)));
    }

    private Settlement drawn(Reason reason) {
        return new Settlement.Drawn(() -> new Verdict.Denied(reason, Optional.empty()), draw());
    }

    @Test
    void what_is_not_answered_after_all_is_given_back() {
        drawn(Reason.ALREADY_USED).abandon();
        assertThat(draw().granted()).isTrue();
    }

    @Test
    void what_is_not_spent_is_given_back() {
        assertThat(drawn(Reason.ALREADY_USED).verdict()).isInstanceOf(Verdict.Denied.class);
        assertThat(draw().granted()).isTrue();
    }
}
