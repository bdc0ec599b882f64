package dev.shearline.server.feed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What proves on a data directory which of the nodes that have run there are alive. */
interface IdFiles {

    /** From now on this node is alive for certain. */
    void hold(NodeId id) throws IOException;

    /** Those that are dead for certain. */
    List<NodeId> findDead() throws IOException;

    /** Called after the leases of these are gone. */
    void forget(List<NodeId> dead) throws IOException;

    /** The node that was held has ended. */
    void release() throws IOException;

    /** Files with locks. */
    static IdFiles in(Path directory) {
        return new IdFiles() {
            private @Nullable NodeIdFile own;

            @Override
            public void hold(NodeId id) throws IOException {
                own = NodeIdFile.hold(directory, id);
            }

            @Override
            public List<NodeId> findDead() throws IOException {
                return NodeIdFile.findDead(directory);
            }

            @Override
            public void forget(List<NodeId> dead) throws IOException {
                NodeIdFile.forget(directory, dead);
            }

            @Override
            public void release() throws IOException {
                if (own != null) {
                    own.close();
                }
            }
        };
    }
}
