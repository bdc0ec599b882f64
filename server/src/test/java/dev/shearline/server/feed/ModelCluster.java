package dev.shearline.server.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The servers that were the primary one after the other; at times two of them answer. */
final class ModelCluster {

    /** A new primary's clock may differ from the last one's by less than the margin of leases. */
    private static final int CLOCK_OFFSET_MAX_MILLIS = 900;

    private final VirtualTime time;
    private final Weather weather;
    private final Flaw flaw;
    private final Duration keep;
    private final List<ModelServer> servers = new ArrayList<>();

    ModelCluster(VirtualTime time, Weather weather, Flaw flaw, Duration keep) {
        this.time = time;
        this.weather = weather;
        this.flaw = flaw;
        this.keep = keep;
        begin(ModelState.genesis(new java.util.UUID(0, 0), 1, ModelServer.EPOCH_MILLIS));
    }

    private void begin(ModelState state) {
        int offset = time.random.nextInt(2 * CLOCK_OFFSET_MAX_MILLIS) - CLOCK_OFFSET_MAX_MILLIS;
        servers.add(new ModelServer(time, weather, flaw, servers.size(), state, offset, keep));
    }

    /** Who has renewed its lease on a server that is no longer the primary. */
    Set<NodeId> renewedBefore() {
        return servers.stream()
                .limit(servers.size() - 1L)
                .flatMap(server -> server.renewed().stream())
                .collect(Collectors.toSet());
    }

    ModelServer primary() {
        return servers.getLast();
    }

    /** The one before it, while it still answers; else the primary. */
    ModelServer oldest() {
        return servers.stream()
                .filter(server -> server.fate() != ModelServer.Fate.DEAD)
                .findFirst()
                .orElseThrow();
    }

    /** Nothing is lost that anybody has seen. */
    void failOver() {
        var before = primary();
        before.die();
        begin(before.kept());
    }

    /** The same, and the old primary answers on for a while, as far as it can without its standby. */
    void failOverBeside(long nanos) {
        var before = primary();
        before.isolate();
        begin(before.kept());
        time.after(nanos, before::die);
    }

    /** The last commits are lost, whoever has seen them. */
    void failOverWithout(int commits) {
        var before = primary();
        before.die();
        begin(before.keptWithout(commits));
    }
}
