package dev.shearline.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of an end, all of which are taken: what one throws is logged, and an interrupt is kept until the last is done. */
final class Steps implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Steps.class);

    private boolean interrupted = Thread.interrupted();

    /** @param what as in "cannot …" */
    void take(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.warn("stopping: cannot {}", what, e);
        }
        interrupted |= Thread.interrupted();
    }

    @Override
    public void close() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
