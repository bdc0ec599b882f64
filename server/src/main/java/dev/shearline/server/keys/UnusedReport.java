package dev.shearline.server.keys;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who has keys that nobody uses. Counted are those that still work.
 *
 * @param by {@code owner} or {@code unit}
 * @param unused that are older than {@code unusedSince} and have not been used since
 * @param neverUsed of the unused ones
 * @param items whoever has unused keys, the most first
 * @param more whether there are more of them than are shown
 */
record UnusedReport(
        Instant unusedSince, String by, long keys, long unused, long neverUsed, List<Item> items, boolean more) {

    static final int ITEMS_MAX = 100;

    UnusedReport {
        items = List.copyOf(items);
    }

    /** What keys are put together by. */
    enum By {
        OWNER,
        UNIT;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<By> find(String text) {
            return Arrays.stream(values()).filter(by -> by.wire().equals(text)).findFirst();
        }
    }

    /**
     * @param holder of the keys, or the unit where they are valid
     * @param name of the person or the unit
     */
    record Item(ApiKey.Holder holder, Optional<String> name, long keys, long unused, long neverUsed) {}
}
