package dev.shearline.server.feed;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** A node from one process start to its end. Drawn anew at each start, never used again. */
public record NodeId(String value) {

    private static final int BYTES = 12;

    static NodeId draw(RandomGenerator random) {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new NodeId("node_" + HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString() {
        return value;
    }
}
