package dev.shearline.server.verify;

import dev.shearline.server.feed.Replica;
import dev.shearline.token.KeyDigest;
import java.time.InstantSource;

/** A directory that says in a word what it holds, for tests outside this package. */
public final class DirectoryLooks {

    private final Directory directory;

    public DirectoryLooks(InstantSource clock) {
        directory = new Directory(clock, Long.MAX_VALUE);
    }

    public Replica replica() {
        return directory;
    }

    public String look(KeyDigest digest) {
        return look(directory, digest);
    }

    public static String look(Directory directory, KeyDigest digest) {
        return switch (directory.keys().find(digest)) {
            case LiveKey live -> live.isDisabled() ? "dead" : "alive";
            case DeadKey _ -> "dead";
            case null -> "unknown";
        };
    }

    /** State and version, such as {@code active 3}; comparable with a row. */
    public static String show(Directory directory, KeyDigest digest) {
        return switch (directory.keys().find(digest)) {
            case LiveKey live -> (live.isDisabled() ? "disabled " : "active ") + live.version;
            case DeadKey dead -> dead.reason().wire() + " " + dead.version;
            case null -> "unknown";
        };
    }

    /** The version at which the key is held, negative when it is dead, 0 when it is unknown. */
    public static int heldAt(Directory directory, KeyDigest digest) {
        return switch (directory.keys().find(digest)) {
            case LiveKey live -> live.isDisabled() ? -live.version : live.version;
            case DeadKey dead -> -dead.version;
            case null -> 0;
        };
    }
}
