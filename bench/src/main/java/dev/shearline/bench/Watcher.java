package dev.shearline.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Asks one node at an even pace, on one connection, and remembers the answers if it is to. */
final class Watcher implements AutoCloseable {

    /** Times are {@link System#nanoTime}: when the question was sent and when the answer was there. */
    record Seen(long sent, long received, boolean allowed) {}

    private final WireClient client;
    private final Supplier<byte[]> questions;
    private final long periodNanos;
    private final LongAdder answers;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean failed;
    private List<Seen> seen = new ArrayList<>();
    private boolean remembers;

    Watcher(int port, Supplier<byte[]> questions, Duration period, LongAdder answers) throws IOException {
        this.client = new WireClient(port);
        this.questions = questions;
        this.periodNanos = period.toNanos();
        this.answers = answers;
        this.thread = Thread.ofPlatform().name("asks-" + port).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long next = System.nanoTime();
        try {
            while (!closed) {
                long sent = System.nanoTime();
                var answer = client.send(questions.get());
                long received = System.nanoTime();
                if (answer.status() != 200) {
                    throw new IllegalStateException("a verification was answered " + answer);
                }
                answers.increment();
                remember(new Seen(sent, received, answer.isAllowed()));
                // whoever is late catches up: a slow answer must not make the load lighter
                next += periodNanos;
                for (long left = next - System.nanoTime(); left > 0 && !closed; left = next - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        } catch (IOException | RuntimeException e) {
            failed = true;
            System.err.println("a watcher stops: " + e);
        }
    }

    private synchronized void remember(Seen answer) {
        if (remembers) {
            seen.add(answer);
        }
    }

    /** Remembers from now on, and forgets what was before. */
    synchronized void watch() {
        seen = new ArrayList<>();
        remembers = true;
    }

    /** Whether the key was refused the last time. */
    synchronized boolean sawRefusal() {
        return failed || (!seen.isEmpty() && !seen.getLast().allowed());
    }

    synchronized List<Seen> seen() {
        if (failed) {
            throw new IllegalStateException("a watcher has stopped");
        }
        remembers = false;
        return seen;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
