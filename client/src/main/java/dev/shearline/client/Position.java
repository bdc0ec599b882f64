package dev.shearline.client;

import java.util.Optional;
import java.util.regex.Pattern;

/** A place in the feed of changes. An equal number with another tag is another history. */
record Position(long epoch, String tag) {

    private static final Pattern TAG = Pattern.compile("[0-9a-f]{16}");
    private static final int EPOCH_DIGITS_MAX = 18;

    static Optional<Position> of(long epoch, String tag) {
        return epoch >= 0 && TAG.matcher(tag).matches() ? Optional.of(new Position(epoch, tag)) : Optional.empty();
    }

    /** Of {@code <epoch>-<tag>}. */
    static Optional<Position> find(String id) {
        int dash = id.indexOf('-');
        if (dash < 1
                || dash > EPOCH_DIGITS_MAX
                || !id.substring(0, dash).chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        return of(Long.parseLong(id.substring(0, dash)), id.substring(dash + 1));
    }

    String wire() {
        return epoch + "-" + tag;
    }

    boolean isAtLeast(Position other) {
        return epoch >= other.epoch;
    }

    /** Both cannot be of one history. */
    boolean contradicts(Position other) {
        return epoch == other.epoch && !tag.equals(other.tag);
    }
}
