package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.NodeProcess;
import dev.shearline.token.MintedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are stopped, killed and started again, as processes. */
@Tag("storage")
class NodeLifeTest {

    private static final Duration STALENESS = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    @Test
    void a_node_stopped_beyond_its_lease_never_allows_what_was_revoked_meanwhile() {
        try (var rig = FeedRig.start(1);
                var stopped = NodeProcess.start(rig.schema(), directory, STALENESS)) {
            var key = served(rig, stopped);
            stopped.signal("STOP");
            var revoked = rig.revoke(0, key);
            assertThat(revoked.propagation().complete()).isFalse();
            assertThat(revoked.propagation().pending()).isEqualTo(1);
            Eventually.isTrue("its lease has lapsed", () -> headIsComplete(rig, 1));
            stopped.ask(key.digest());
            stopped.signal("CONT");
            assertThat(stopped.answer()).isIn("unavailable", "dead");
            Eventually.isTrue("it comes back", () -> {
                var look = stopped.look(key.digest());
                assertThat(look).isIn("unavailable", "dead");
                return look.equals("dead");
            });
        }
    }

    @Test
    void a_killed_node_that_starts_again_on_its_directory_is_waited_for_no_longer() {
        try (var rig = FeedRig.start(1)) {
            try (var killed = NodeProcess.start(rig.schema(), directory, Duration.ofSeconds(60))) {
                served(rig, killed);
                killed.signal("KILL");
            }
            assertThat(nodes(rig)).isEqualTo("2");
            try (var again = NodeProcess.start(rig.schema(), directory, STALENESS)) {
                var key = served(rig, again);
                assertThat(nodes(rig)).isEqualTo("2");
                var revoked = rig.revoke(0, key);
                assertThat(revoked.propagation().complete()).isTrue();
                assertThat(again.look(key.digest())).isEqualTo("dead");
            }
        }
    }

    @Test
    void a_node_whose_id_file_is_lost_is_waited_for_until_its_lease_lapses() throws IOException {
        try (var rig = FeedRig.start(1)) {
            try (var killed = NodeProcess.start(rig.schema(), directory, STALENESS)) {
                served(rig, killed);
                killed.signal("KILL");
            }
            try (var files = Files.newDirectoryStream(directory)) {
                for (var file : files) {
                    Files.delete(file);
                }
            }
            try (var again = NodeProcess.start(rig.schema(), directory, STALENESS)) {
                served(rig, again);
                assertThat(nodes(rig)).isEqualTo("3");
                Eventually.isTrue("the lost one is fenced", () -> headIsComplete(rig, 1));
            }
        }
    }

    private static MintedKey served(FeedRig rig, NodeProcess process) {
        var key = rig.insertKey();
        rig.changeKey(0, key, ChangeKind.KEY_CREATED);
        Eventually.isTrue("it serves", () -> process.look(key.digest()).equals("alive"));
        return key;
    }

    private static boolean headIsComplete(FeedRig rig, int fenced) {
        var head = rig.node(0).feed().propagateHead(FeedNode.WIDENING_WAIT).propagation();
        return head.complete() && head.fenced() == fenced;
    }

    private static String nodes(FeedRig rig) {
        return rig.schema().query("SELECT count(*) FROM node");
    }
}
