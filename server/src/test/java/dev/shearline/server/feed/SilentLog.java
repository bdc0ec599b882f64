package dev.shearline.server.feed;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** The feed says what goes wrong; where all goes wrong all the time nobody reads it. */
final class SilentLog implements AutoCloseable {

    private final Map<Logger, Level> before = new LinkedHashMap<>();

    SilentLog() {
        Stream.of(
                        Follower.class,
                        Lines.class,
                        Numberer.class,
                        Acknowledgement.class,
                        LeaseHolder.class,
                        PrimaryClock.class)
                .forEach(type -> silence((Logger) LoggerFactory.getLogger(type)));
    }

    private void silence(Logger logger) {
        before.put(logger, logger.getEffectiveLevel());
        logger.setLevel(Level.OFF);
    }

    @Override
    public void close() {
        before.forEach(Logger::setLevel);
    }
}
