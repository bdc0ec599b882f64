package dev.shearline.server.feed;

import java.util.List;

/** Hears what the node has applied, after it has. Called by the follower's thread: must not block. */
public interface FeedListener {

    void applied(List<FeedEntry> entries);

    /** The node has loaded everything anew: what was told before may not hold. */
    void reset(Epoch position);
}
