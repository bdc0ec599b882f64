package dev.shearline.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for Ctrl-C or the order to terminate, and ends things in order.
 *
 * <p>A shutdown hook alone could not tell the two apart, and they have different exit codes. The JDK's signal API has no
 * supported form, so it is reached by reflection, and without it the hook still closes everything.
 */
final class Stop {
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.OK;

    static Stop listening() {
        var stop = new Stop();
        stop.handle("INT", ExitCode.INTERRUPTED);
        stop.handle("TERM", ExitCode.OK);
        return stop;
    }

    private void handle(String signal, int code) {
        try {
            var signals = Class.forName("sun.misc.Signal");
            var handlers = Class.forName("sun.misc.SignalHandler");
            var handler = Proxy.newProxyInstance(
                    handlers.getClassLoader(), new Class<?>[] {handlers}, (self, method, arguments) -> {
                        ask(code);
                        return null;
                    });
            signals.getMethod("handle", signals, handlers)
                    .invoke(null, signals.getConstructor(String.class).newInstance(signal), handler);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // another JVM, or one that was told to leave signals alone: its own way of ending runs the hook
            asked.getCount();
        }
    }

    /** The second time is for those who do not want to wait: a PostgreSQL left running is taken over by the next start. */
    private void ask(int code) {
        if (asked.getCount() == 0) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        exitCode = code;
        asked.countDown();
    }

    /** Returns the exit code once somebody asks; {@code running} is then closed, as it is when the JVM ends otherwise. */
    int await(AutoCloseable running, Runnable stopping) {
        var once = new Once(running);
        Runtime.getRuntime().addShutdownHook(new Thread(once::close, "stop"));
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopping.run();
        once.close();
        return exitCode;
    }

    private static final class Once {
        private final AutoCloseable running;
        private boolean closed;

        Once(AutoCloseable running) {
            this.running = running;
        }

        synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                running.close();
            } catch (Exception e) {
                throw new CommandFailure(ExitCode.FAILURE, "Stopping did not go well: " + e, e);
            }
        }
    }
}
