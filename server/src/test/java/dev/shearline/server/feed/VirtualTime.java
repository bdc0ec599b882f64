package dev.shearline.server.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when everybody waits, and threads of which one runs at a time. Who goes on next is the event that is due first;
 * when it is due, its maker has drawn from the one source of chance. So a seed is a run.
 *
 * <p>Code that blocks runs as it is, each actor on a virtual thread of its own. Whoever waits works off events until one of them lets an
 * actor go on, and hands over to it.
 */
final class VirtualTime {

    /** Where actors live: a process that can be killed, and stopped for a while. */
    abstract static class Host {

        private final List<Actor> actors = new ArrayList<>();

        /** Until when it stands still; in the past when it runs. */
        long frozenUntil;

        /** Called when one of its actors has done something and waits again. */
        abstract void stepped();
    }

    /** The process has been killed, and this was one of its threads. */
    static final class Killed extends Error {

        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    final class Actor implements Threads.Started {

        private final @Nullable Host host;
        private final Thread thread;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private boolean begun;
        private boolean waits;
        private long waitNumber;
        private boolean interruptible;
        private boolean interrupted;
        private boolean killed;

        private Actor(@Nullable Host host, Thread thread) {
            this.host = host;
            this.thread = thread;
        }

        @Override
        public void interrupt() {
            interrupted = true;
            if (interruptible) {
                wake(this, waitNumber);
            }
        }

        @Override
        public void join(Duration patience) throws InterruptedException {
            try {
                get(ended, patience.toNanos());
            } catch (TimeoutException | ExecutionException e) {
                // so long it was waited for
            }
        }
    }

    private record Event(
            long at, long count, Runnable action, @Nullable Actor resumes) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(count, other.count);
        }
    }

    final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Actor outside = new Actor(null, Thread.currentThread());
    private volatile Actor running = outside;
    private long now;
    private long count;
    private @Nullable Throwable failure;

    VirtualTime(long seed) {
        random = new Random(seed);
    }

    /** In nanoseconds since the begin. */
    long now() {
        return now;
    }

    /** How many events there were: equal runs have equal numbers. */
    long count() {
        return count;
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(now + Math.max(0, nanos), count++, action, null));
    }

    /** Begins soon. */
    Actor start(Host host, Runnable work) {
        var self = new Actor[1];
        var actor = new Actor(host, Thread.ofVirtual().unstarted(() -> live(self[0], work)));
        self[0] = actor;
        host.actors.add(actor);
        actor.waits = true;
        wake(actor, actor.waitNumber);
        return actor;
    }

    private void live(Actor me, Runnable work) {
        awaitTurn(me);
        try {
            if (!me.killed) {
                work.run();
            }
        } catch (Killed e) {
            // as it should be
        } catch (Throwable e) {
            fail(e);
        }
        if (me.host != null) {
            me.host.actors.remove(me);
            step(me);
        }
        me.ended.complete(null);
        next(null);
    }

    /** The threads of one host, by its clock that only runs. */
    Threads threads(Host host, java.util.function.LongSupplier nanos) {
        return new Threads() {
            @Override
            public long nanos() {
                return nanos.getAsLong();
            }

            @Override
            public Started start(String name, Runnable work) {
                return VirtualTime.this.start(host, work);
            }

            @Override
            public void startBrief(Runnable work) {
                VirtualTime.this.start(host, work);
            }

            @Override
            public <T> T get(Future<T> future, long nanos)
                    throws InterruptedException, ExecutionException, TimeoutException {
                return VirtualTime.this.get(future, nanos);
            }
        };
    }

    <T> T get(Future<T> future, long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        await(future, nanos, true);
        if (future.isDone()) {
            return future.get();
        }
        throw new TimeoutException();
    }

    /** Waits as a thread does that reads from a socket: no interruption ends it. Says whether it is done. */
    boolean awaitDone(Future<?> future, long nanos) {
        try {
            await(future, nanos, false);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return future.isDone();
    }

    void pass(long nanos) {
        awaitDone(new CompletableFuture<Void>(), nanos);
    }

    private void await(Future<?> future, long nanos, boolean interruptible) throws InterruptedException {
        var me = running;
        requireAlive(me, interruptible);
        if (future.isDone()) {
            return;
        }
        long wait = ++me.waitNumber;
        me.waits = true;
        me.interruptible = interruptible;
        var _ = ((CompletableFuture<?>) future).whenComplete((_, _) -> wake(me, wait));
        if (nanos < Long.MAX_VALUE / 2) {
            after(nanos, () -> wake(me, wait));
        }
        step(me);
        next(me);
        me.interruptible = false;
        requireAlive(me, interruptible);
    }

    private static void requireAlive(Actor me, boolean interruptible) throws InterruptedException {
        if (me.killed) {
            throw new Killed();
        }
        if (interruptible && me.interrupted) {
            me.interrupted = false;
            throw new InterruptedException();
        }
    }

    /** What it waits for has come; it goes on a moment later. */
    private void wake(Actor actor, long wait) {
        if (actor.waits && actor.waitNumber == wait) {
            actor.waitNumber++;
            events.add(new Event(now + random.nextInt(50_000), count++, () -> {}, actor));
        }
    }

    /** All of its threads end where they are. */
    void kill(Host host) {
        for (var actor : host.actors) {
            actor.killed = true;
            actor.waitNumber++;
            events.add(new Event(now, count++, () -> {}, actor));
        }
    }

    /** Lets so much time pass, from outside. */
    void run(long nanos) {
        outside.waits = true;
        events.add(new Event(now + nanos, count++, () -> {}, outside));
        next(outside);
        if (failure != null) {
            throw failure instanceof Violation violation ? violation : new AssertionError(failure);
        }
    }

    void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
    }

    private void step(Actor me) {
        if (me.host != null) {
            try {
                me.host.stepped();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
    }

    /** Works off events until an actor goes on. Returns when that is this one; without one the thread is at its end. */
    private void next(@Nullable Actor me) {
        while (true) {
            var event = failure == null ? events.remove() : new Event(now, 0, () -> {}, outside);
            var actor = event.resumes;
            if (actor == null) {
                now = event.at;
                act(event.action);
                continue;
            }
            if (!actor.waits) {
                // killed, and had another reason to go on
                continue;
            }
            now = event.at;
            if (actor.host != null && actor.host.frozenUntil > now && !actor.killed) {
                events.add(new Event(actor.host.frozenUntil, count++, () -> {}, actor));
                continue;
            }
            actor.waits = false;
            if (actor == me) {
                return;
            }
            handOver(actor);
            if (me != null) {
                awaitTurn(me);
            }
            return;
        }
    }

    private void act(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void handOver(Actor actor) {
        running = actor;
        if (actor.begun || actor == outside) {
            LockSupport.unpark(actor.thread);
        } else {
            actor.begun = true;
            actor.thread.start();
        }
    }

    private void awaitTurn(Actor me) {
        while (running != me) {
            LockSupport.park(this);
        }
    }

    /** Ends this host and lets those end that were killed, whatever has happened. */
    void end(Host last) {
        failure = null;
        kill(last);
        run(1);
    }
}
