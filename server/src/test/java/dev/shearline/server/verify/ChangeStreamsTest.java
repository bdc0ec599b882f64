package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.FeedListener;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class ChangeStreamsTest {

    /** A client that came back at a heartbeat's position would never hear of what came before it. */
    @Test
    void heartbeats_never_run_ahead_of_the_changes() {
        var held = new CountDownLatch(1);
        try (var rig = FeedRig.start(1)) {
            var feed = rig.node(0).feed();
            feed.addListener(new FeedListener() {
                @Override
                public void applied(List<FeedEntry> entries) {
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }

                @Override
                public void reset(Epoch position) {}
            });
            var streams = new ChangeStreams(feed);
            feed.addListener(streams);
            long before = feed.position().number();
            rig.issueKey();
            Eventually.isTrue("applied", () -> feed.position().number() > before);
            assertThat(streams.told().number()).isLessThanOrEqualTo(before);
            held.countDown();
            Eventually.isTrue("told", () -> streams.told().equals(feed.position()));
        } finally {
            held.countDown();
        }
    }
}
