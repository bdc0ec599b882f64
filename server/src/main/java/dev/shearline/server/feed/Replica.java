package dev.shearline.server.feed;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** What a node holds of the database and keeps equal to it: the directory. Called by the follower's thread alone. */
public interface Replica {

    /**
     * Reads everything in the snapshot of this transaction into a new state, without showing it.
     *
     * @param at where it stands
     */
    Snapshot load(Handle snapshot, Position at);

    /** Applies numbered entries; removing kinds from the entry alone, others by reading the rows again on this connection. */
    void apply(List<FeedEntry> entries, Handle handle);

    /** A loaded state that waits to be shown. */
    interface Snapshot {

        /** From now on this is what the node answers from. */
        void show();
    }
}
