package dev.shearline.server.limits;

import org.jspecify.annotations.Nullable;

/** That a key, an owner or an organization has limits: kept in its record, and beside it what is left of them. */
public final class Limited {

    /** Whose limits they are. The names stand in headers. */
    public enum Level {
        KEY("key"),
        OWNER("owner"),
        ORGANIZATION("organization");

        private final String wire;

        Level(String wire) {
            this.wire = wire;
        }

        String wire() {
            return wire;
        }
    }

    private final String id;
    private final Level level;
    private final LimitSet set;
    private volatile @Nullable Meter live;
    private volatile @Nullable Meter test;

    /** @param id what has been consumed goes by this: a record that takes the place of another goes on with it */
    public Limited(String id, Level level, LimitSet set) {
        this.id = id;
        this.level = level;
        this.set = set;
    }

    String id() {
        return id;
    }

    Level level() {
        return level;
    }

    LimitSet set() {
        return set;
    }

    @Nullable
    Meter meter(boolean ofTests) {
        return ofTests ? test : live;
    }

    void keep(boolean ofTests, Meter meter) {
        if (ofTests) {
            test = meter;
        } else {
            live = meter;
        }
    }
}
