package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.FeedListener;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.OwnPostgres;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.testing.Wire;
import dev.shearline.token.MintedKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections are lost, and PostgreSQL itself. */
@Tag("storage")
class ConnectionLossTest {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLossTest.class);

    @Test
    void lost_connections_cost_no_loading_and_no_change() {
        try (var rig = FeedRig.start(3)) {
            var loads = rig.nodes().stream().map(Loads::of).toList();
            var keys = new ArrayList<MintedKey>();
            var writing = new AtomicBoolean(true);
            var writer = CompletableFuture.runAsync(() -> {
                while (writing.get()) {
                    change(rig, keys);
                }
            });
            for (int round = 0; round < 5; round++) {
                long before = rig.node(0).feed().position().number();
                rig.schema().endOtherSessions();
                Eventually.isTrue(
                        "changes arrive again",
                        () -> rig.node(0).feed().position().number() > before + 2);
            }
            writing.set(false);
            writer.join();
            Eventually.isTrue("every node serves", () -> rig.nodes().stream().allMatch(FeedRig.Node::isFresh));
            for (var key : keys) {
                var stored = rig.stored(key);
                // at version 1 no entry was committed, and no node has heard of it
                var expected = stored.equals("active 1") ? "unknown" : stored;
                for (var node : rig.nodes()) {
                    Eventually.isTrue(
                            "equal to the database", () -> node.shows(key).equals(expected));
                }
            }
            assertThat(loads).allSatisfy(load -> assertThat(load.fresh).isEmpty());
        }
    }

    /** A key is made and disabled, or the session is ended: whatever is in the database then, nobody is told. */
    private static void change(FeedRig rig, List<MintedKey> keys) {
        try {
            var key = rig.insertKey();
            keys.add(key);
            rig.node(1).feed().announce(rig.commitChange(key, ChangeKind.KEY_CREATED, "active"));
            rig.node(2).feed().announce(rig.commitChange(key, ChangeKind.KEY_DISABLED, "disabled"));
        } catch (RuntimeException e) {
            LOG.debug("a change was cut off", e);
        }
    }

    @Test
    void a_restarted_server_is_another_server_and_everything_is_loaded_again(@TempDir Path place) {
        try (var server = OwnPostgres.in(place);
                var rig = FeedRig.start(TestSchema.createOn(server.postgres()), 2, settings -> settings)) {
            var key = rig.issueKey();
            var loads = rig.nodes().stream().map(Loads::of).toList();
            server.restart();
            for (var load : loads) {
                Eventually.isTrue("loaded again", () -> load.fresh.size() == 1);
            }
            Eventually.isTrue("every node serves", () -> rig.nodes().stream().allMatch(FeedRig.Node::isFresh));
            assertThat(rig.nodes()).allMatch(node -> node.allows(key));
            var revoked = new ArrayList<Boolean>();
            Eventually.isTrue("revoked", () -> {
                revoked.add(revokedComplete(rig, key));
                return revoked.getLast();
            });
            assertThat(rig.nodes()).noneMatch(node -> node.allows(key));
            assertThat(loads).allSatisfy(load -> assertThat(load.fresh).hasSize(1));
        }
    }

    /** A pool may still hand out a connection of the old server: that changed nothing, and is tried again. */
    private static boolean revokedComplete(FeedRig rig, MintedKey key) {
        try {
            return rig.revoke(0, key).propagation().complete();
        } catch (DatabaseUnavailableException e) {
            LOG.debug("not yet", e);
            return false;
        }
    }

    @Test
    void history_that_has_forked_behind_a_restart_ends_the_answers_before_it_is_loaded_again(@TempDir Path place) {
        try (var server = OwnPostgres.in(place);
                var wire = Wire.to(server.postgres().port(), true);
                var rig = FeedRig.start(TestSchema.createOn(server.postgres()), 0, ConnectionLossTest::patient)) {
            var node = rig.join(wire);
            var key = rig.issueKey();
            rig.revoke(0, key);
            var loads = Loads.of(node);
            wire.cut();
            server.restart();
            rig.schema().execute("""
                    UPDATE api_key SET state = 'active', version = version - 1, revoked_at = NULL, revoked_cause = NULL WHERE id = ?
                    """, key.id().toString());
            rig.schema().execute("UPDATE feed_entry SET tag = tag # 1 WHERE epoch = (SELECT epoch FROM epoch_counter)");
            assertThat(node.isFresh()).isTrue();
            wire.join();
            Eventually.isTrue("loaded again", () -> !loads.fresh.isEmpty());
            assertThat(loads.fresh).containsExactly(false);
            Eventually.isTrue("it serves", node::isFresh);
            assertThat(node.look(key)).isEqualTo("dead");
        }
    }

    private static FeedSettings patient(FeedSettings usual) {
        return new FeedSettings(
                Duration.ofMinutes(10),
                usual.pollInterval(),
                usual.wakeUp(),
                usual.directory(),
                usual.version(),
                usual.address());
    }

    /** For each loading of a node, whether it might still answer from before. */
    private record Loads(FeedRig.Node node, List<Boolean> fresh) implements FeedListener {

        static Loads of(FeedRig.Node node) {
            var loads = new Loads(node, new CopyOnWriteArrayList<>());
            node.feed().addListener(loads);
            return loads;
        }

        @Override
        public void applied(List<FeedEntry> entries) {}

        @Override
        public void reset(Epoch position) {
            fresh.add(node.isFresh());
        }
    }
}
