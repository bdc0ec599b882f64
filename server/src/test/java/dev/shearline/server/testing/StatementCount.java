package dev.shearline.server.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Counts the statements that a piece of work sends to PostgreSQL on this thread, by what the driver itself logs. */
public final class StatementCount {

    private static final Logger DRIVER = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");

    private StatementCount() {}

    public static int of(Runnable work) {
        var count = new AtomicInteger();
        var self = Thread.currentThread();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (Thread.currentThread().equals(self) && record.getMessage().startsWith(" FE=> Execute")) {
                    count.incrementAndGet();
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var level = DRIVER.getLevel();
        var above = DRIVER.getUseParentHandlers();
        DRIVER.setLevel(Level.ALL);
        DRIVER.setUseParentHandlers(false);
        DRIVER.addHandler(handler);
        try {
            work.run();
        } finally {
            DRIVER.removeHandler(handler);
            DRIVER.setUseParentHandlers(above);
            DRIVER.setLevel(level);
        }
        return count.get();
    }
}
