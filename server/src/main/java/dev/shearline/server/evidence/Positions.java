package dev.shearline.server.evidence;

import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Pattern;

/** What a cursor holds. It is checked, not signed: what it holds is as foreign as any parameter. */
final class Positions {

    private static final Pattern EVENT = Pattern.compile("[0-9A-Za-z_]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private Positions() {}

    static TrailStore.Position ofEvent(List<String> key) {
        if (key.size() != 2 || !EVENT.matcher(key.get(1)).matches()) {
            throw invalid();
        }
        return new TrailStore.Position(time(key.get(0)), key.get(1));
    }

    private static Instant time(String text) {
        try {
            var at = Instant.parse(text);
            if (at.isAfter(Instant.EPOCH) && at.isBefore(LATEST)) {
                return at;
            }
        } catch (DateTimeParseException e) {
            throw invalid();
        }
        throw invalid();
    }

    static long ofCheckpoint(List<String> key) {
        if (key.size() != 1 || !NUMBER.matcher(key.getFirst()).matches()) {
            throw invalid();
        }
        return Long.parseLong(key.getFirst());
    }

    private static ProblemException invalid() {
        return Problem.invalidParameter(
                        Paging.CURSOR, "This \"cursor\" is not one of this list: pass next_cursor unchanged.")
                .asException();
    }
}
