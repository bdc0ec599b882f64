package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelState.KeyRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What must hold when nothing goes wrong any more. */
final class Convergence {

    /** How soon a node answers after a silence. */
    private static final Duration RECOVERY_MAX = Duration.ofSeconds(1);

    private static final Duration SILENT_MIN = Duration.ofMillis(500);

    private final VirtualTime time;
    private final List<SimulatedNode> nodes;
    private final ModelCluster cluster;
    private final boolean commitsAreLost;

    /** @param commitsAreLost whether failovers have lost what was seen */
    Convergence(VirtualTime time, List<SimulatedNode> nodes, ModelCluster cluster, boolean commitsAreLost) {
        this.time = time;
        this.nodes = nodes;
        this.cluster = cluster;
        this.commitsAreLost = commitsAreLost;
    }

    /** Every node answers, and holds the keys of the database and no others. */
    void requireEqual(int keys) {
        var rows = cluster.primary().state().keys();
        for (var node : nodes) {
            if (!node.answers()) {
                throw new Violation(node + " does not answer when all is quiet, at " + node.run());
            }
            for (int key = 0; key < keys; key++) {
                requireEqual(node, key, rows.get(ModelKeys.id(key)));
            }
        }
    }

    private void requireEqual(SimulatedNode node, int key, @Nullable KeyRow row) {
        var held = node.shows(key);
        // a tombstone of a history that was lost keeps its reason and its version
        boolean deadBefore = held.startsWith("revoked ")
                && (row == null || row.forked() || row.state().equals("revoked"));
        boolean equal = held.equals(row == null ? "unknown" : row.state() + " " + row.version());
        if (!equal && !(commitsAreLost && deadBefore)) {
            throw new Violation(node + " holds key " + key + " as " + held + ", the database as " + row);
        }
    }

    /** Whoever asks is told that all nodes have everything. */
    void requireComplete() {
        var answers = new ArrayList<CompletableFuture<Propagation>>();
        for (var node : nodes) {
            var run = Optional.ofNullable(node.run()).orElseThrow();
            var told = new CompletableFuture<Propagation>();
            answers.add(told);
            time.start(
                    node,
                    () -> told.complete(
                            run.feed().propagateHead(FeedNode.REMOVING_WAIT).propagation()));
        }
        time.run(TimeUnit.SECONDS.toNanos(2));
        for (var told : answers) {
            if (!told.isDone() || !told.join().complete()) {
                throw new Violation("when all is quiet the head is not complete: " + told);
            }
        }
    }

    /** After a silence that has fenced them all, they answer at once. */
    void requireRecovery(Duration staleness) {
        long silence = staleness.plus(SILENT_MIN).toNanos() + time.random.nextLong(staleness.toNanos());
        nodes.forEach(
                node -> Optional.ofNullable(node.run()).orElseThrow().primary().cut(silence));
        time.run(silence);
        nodes.stream().filter(SimulatedNode::answers).findAny().ifPresent(node -> {
            throw new Violation(node + " has heard nothing for " + Duration.ofNanos(silence) + ", and answers");
        });
        time.run(RECOVERY_MAX.toNanos());
        nodes.stream().filter(node -> !node.answers()).findAny().ifPresent(node -> {
            throw new Violation(node + " does not answer " + RECOVERY_MAX + " after a silence");
        });
    }
}
