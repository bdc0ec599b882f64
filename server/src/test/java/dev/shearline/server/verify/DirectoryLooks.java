package dev.shearline.server.verify;

import dev.shearline.server.feed.Replica;
import dev.shearline.token.KeyDigest;
import java.time.InstantSource;

/** A directory that says in a word what it holds, for tests outside this package. */
public final class DirectoryLooks {

    private final Directory directory;

    public DirectoryLooks(InstantSource clock) {
        directory = new Directory(clock);
    }

    public Replica replica() {
        return directory;
    }

    public String look(KeyDigest digest) {
        return switch (directory.find(digest)) {
            case LiveKey live -> live.isDisabled() ? "dead" : "alive";
            case DeadKey _ -> "dead";
            case null -> "unknown";
        };
    }
}
