package dev.shearline.cli;

import dev.shearline.server.Server;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until a node has loaded its directory. */
final class Ready {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(10);

    private Ready() {}

    static void await(Server server) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!server.isReady()) {
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(
                        ExitCode.UNAVAILABLE,
                        "The server started, but was not ready within " + PATIENCE.toSeconds()
                                + " s: see what it logged.");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }
}
