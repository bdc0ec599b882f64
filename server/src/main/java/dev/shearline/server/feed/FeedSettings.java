package dev.shearline.server.feed;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How a node follows.
 *
 * @param maxStaleness how long it may answer without contact to the primary
 * @param pollInterval the longest pause between two polls
 * @param wakeUp whether a commit elsewhere wakes it before its turn
 * @param directory where the file with its id lies
 * @param address where the node answers; asked once it listens, for only then it is known which port is its own
 */
public record FeedSettings(
        Duration maxStaleness,
        Duration pollInterval,
        boolean wakeUp,
        Path directory,
        String version,
        Supplier<String> address) {}
