package dev.shearline.server.feed;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Where the threads of the protocol begin, and where they wait: one place, so that a simulation can decide who goes on and when. */
interface Threads {

    /** A thread that was started. */
    interface Started {

        /** It waits no longer, here or anywhere: the next wait ends it. */
        void interrupt();

        /** Until it has ended, at most so long. */
        void join(Duration patience) throws InterruptedException;
    }

    /** Now, by the clock that waits are measured with. */
    long nanos();

    /** For work that goes on as long as the node. */
    Started start(String name, Runnable work);

    /** For work that is soon done. */
    void startBrief(Runnable work);

    /** What the future brings, at most so long. */
    <T> T get(Future<T> future, long nanos) throws InterruptedException, ExecutionException, TimeoutException;

    /** Returns after that time. */
    default void pause(long nanos) throws InterruptedException {
        try {
            get(new CompletableFuture<Void>(), nanos);
        } catch (TimeoutException | ExecutionException e) {
            // nobody completes it: the time is over
        }
    }

    /** The threads of this JVM. */
    static Threads of(LongSupplier nanos) {
        return new Threads() {
            @Override
            public long nanos() {
                return nanos.getAsLong();
            }

            @Override
            public Started start(String name, Runnable work) {
                var thread = Thread.ofPlatform().name(name).daemon().start(work);
                return new Started() {
                    @Override
                    public void interrupt() {
                        thread.interrupt();
                    }

                    @Override
                    public void join(Duration patience) throws InterruptedException {
                        thread.join(patience);
                    }
                };
            }

            @Override
            public void startBrief(Runnable work) {
                Thread.startVirtualThread(work);
            }

            @Override
            public <T> T get(Future<T> future, long nanos)
                    throws InterruptedException, ExecutionException, TimeoutException {
                return future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            }
        };
    }
}
