package dev.shearline.server.verify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** How often each verdict was given. */
final class VerdictCounters {

    private static final String NAME = "shearline_verify_verdicts";

    private final Counter allowed;
    private final Map<Reason, Counter> denied = new EnumMap<>(Reason.class);

    VerdictCounters(MeterRegistry registry) {
        allowed = counter(registry, "allowed");
        for (var reason : Reason.values()) {
            denied.put(reason, counter(registry, reason.wire()));
        }
    }

    private static Counter counter(MeterRegistry registry, String code) {
        return Counter.builder(NAME)
                .description("Verdicts given, by code")
                .tag("code", code)
                .register(registry);
    }

    void count(Verdict verdict) {
        switch (verdict) {
            case Verdict.Allowed _ -> allowed.increment();
            case Verdict.Denied refused -> {
                var counter = denied.get(refused.reason());
                if (counter != null) {
                    counter.increment();
                }
            }
        }
    }
}
