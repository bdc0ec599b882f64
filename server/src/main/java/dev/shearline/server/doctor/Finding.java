package dev.shearline.server.doctor;

import java.util.Optional;

/**
 * What one look has found.
 *
 * @param what was looked at
 * @param figure what was seen
 * @param mend the command that mends it; empty when nothing is wrong
 */
public record Finding(Level level, String what, String figure, Optional<String> mend) {

    /** How bad it is. */
    public enum Level {
        OK,
        WARN,
        FAIL
    }

    public static Finding ok(String what, String figure) {
        return new Finding(Level.OK, what, figure, Optional.empty());
    }

    public static Finding warn(String what, String figure, String mend) {
        return new Finding(Level.WARN, what, figure, Optional.of(mend));
    }

    public static Finding fail(String what, String figure, String mend) {
        return new Finding(Level.FAIL, what, figure, Optional.of(mend));
    }
}
