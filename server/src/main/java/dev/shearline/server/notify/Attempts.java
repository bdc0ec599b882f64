package dev.shearline.server.notify;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes attempts, each on a virtual thread, and keeps what came of them until it is written. As many as {@link Delivering} starts. */
final class Attempts {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private final Function<Outgoing, SendOutcome> sender;
    private final BlockingQueue<Delivering.Ended> ended = new LinkedBlockingQueue<>();

    Attempts(Function<Outgoing, SendOutcome> sender) {
        this.sender = sender;
    }

    void start(Outgoing outgoing) {
        Thread.startVirtualThread(() -> ended.add(new Delivering.Ended(outgoing, make(outgoing))));
    }

    private SendOutcome make(Outgoing outgoing) {
        try {
            return sender.apply(outgoing);
        } catch (RuntimeException e) {
            log.warn("an attempt at {} has failed here", outgoing.delivery(), e);
            return new SendOutcome.Failed(Optional.empty(), SendOutcome.Failure.CONNECTION_FAILED, 0);
        }
    }

    /** Waits for one that is over, and takes all there are. */
    void drainTo(Collection<Delivering.Ended> to, long millis) throws InterruptedException {
        var first = ended.poll(millis, TimeUnit.MILLISECONDS);
        if (first != null) {
            to.add(first);
            ended.drainTo(to);
        }
    }
}
