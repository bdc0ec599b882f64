package dev.shearline.cli;

import ch.qos.logback.core.hook.ShutdownHookBase;
import java.time.Duration;

/**
 * Has the lines that wait written when the process ends. A reader that is stuck holds what closing the log needs as well: then the process
 * ends without these lines, rather than never.
 */
public final class LogEnd extends ShutdownHookBase {
    static final Duration LIMIT = Duration.ofSeconds(5);

    @Override
    public void run() {
        var closing = Thread.ofPlatform().daemon().name("log-end").start(this::stop);
        try {
            var _ = closing.join(LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
