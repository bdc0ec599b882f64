package dev.shearline.server.verify;

import java.util.Arrays;
import java.util.List;

/** Which reasons usage has no counter for. */
public final class CountedReasons {

    private CountedReasons() {}

    public static List<String> uncounted() {
        return Arrays.stream(Reason.values())
                .filter(reason -> UsageCounts.outcomeOf(reason).isEmpty())
                .map(Reason::wire)
                .toList();
    }
}
