package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.testing.FeedRig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class DirectoryFollowsTest {

    @Test
    void a_key_made_through_one_node_is_known_to_the_next_when_the_wait_is_over() {
        try (var rig = FeedRig.start(2)) {
            var key = rig.insertKey();
            var seen = rig.changeKey(0, key, ChangeKind.KEY_CREATED);
            assertThat(seen.propagation().complete()).isTrue();
            assertThat(seen.propagation().acknowledged()).isEqualTo(2);
            assertThat(rig.node(1).directory().keys().find(key.digest())).isInstanceOf(LiveKey.class);
        }
    }

    @Test
    void a_revoked_key_is_dead_on_every_node_when_the_answer_says_complete() {
        try (var rig = FeedRig.start(3)) {
            var key = rig.insertKey();
            rig.changeKey(0, key, ChangeKind.KEY_CREATED);
            var seen = rig.revoke(2, key);
            assertThat(seen.propagation().complete()).isTrue();
            for (int node = 0; node < 3; node++) {
                assertThat(rig.node(node).directory().keys().find(key.digest())).isInstanceOf(DeadKey.class);
            }
        }
    }
}
