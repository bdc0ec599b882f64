package dev.shearline.server.evidence;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Hears of each checkpoint inside the transaction that seals it, as the node. */
public interface CheckpointOutbox {

    CheckpointOutbox NONE = new CheckpointOutbox() {
        @Override
        public List<String> listeners(Handle handle, List<String> organizations) {
            return List.of();
        }

        @Override
        public void write(Handle handle, long number, Instant at, List<Sealed> sealed) {}
    };

    /**
     * A checkpoint as one organization may know it.
     *
     * @param content as JSON: for the instance the checkpoint alone, for others also what opens their line in it
     */
    record Sealed(String organization, String content) {}

    /** Which of these want to be told of checkpoints. */
    List<String> listeners(Handle handle, List<String> organizations);

    void write(Handle handle, long number, Instant at, List<Sealed> sealed);
}
