package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What rate limits of this node and {@link SharedRates} have to tell one another; never reached where nothing is shared. */
final class Sharing {

    /** How rate limits decide. */
    enum Rule {
        /** By their buckets. */
        COUNT,
        /** Nobody can be asked who would know, and this node does not decide by itself. */
        REFUSE,
        PASS
    }

    private final Settings.WithoutValkey without;
    private final Queue<RateAllowance> used = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connection = new AtomicInteger();
    private volatile boolean reached;

    Sharing(Settings.WithoutValkey without) {
        this.without = without;
    }

    Settings.WithoutValkey without() {
        return without;
    }

    /** Whether the nodes share their limits at this moment. */
    boolean isReached() {
        return reached;
    }

    Rule rule() {
        return reached
                ? Rule.COUNT
                : switch (without) {
                    case LOCAL -> Rule.COUNT;
                    case DENY -> Rule.REFUSE;
                    case ALLOW -> Rule.PASS;
                };
    }

    void reached() {
        connection.incrementAndGet();
        reached = true;
    }

    void lost() {
        reached = false;
    }

    /** Which connection it is: after another one has come, nodes say first what they know themselves. */
    int connection() {
        return connection.get();
    }

    void note(RateAllowance allowance) {
        used.add(allowance);
    }

    /** Those that were used since they were told; each is given once. */
    List<RateAllowance> used(int max) {
        return Stream.generate(used::poll)
                .takeWhile(Objects::nonNull)
                .limit(max)
                .toList();
    }
}
