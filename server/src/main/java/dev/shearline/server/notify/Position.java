package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.Query;

/** The last row of a page of a list that runs from the newest to the oldest. */
record Position(Instant at, String id) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_]{1,64}");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    static Optional<Position> of(Paging paging) {
        return paging.after().map(Position::read);
    }

    /** A cursor is checked, not signed: what it holds is as foreign as any parameter. */
    private static Position read(List<String> key) {
        try {
            if (key.size() == 2 && ID.matcher(key.get(1)).matches()) {
                var at = Instant.parse(key.get(0));
                if (at.isAfter(Instant.EPOCH) && at.isBefore(LATEST)) {
                    return new Position(at, key.get(1));
                }
            }
        } catch (DateTimeParseException e) {
            throw invalid();
        }
        throw invalid();
    }

    List<String> key() {
        return List.of(at.toString(), id);
    }

    static Query bind(Query query, Optional<Position> after) {
        return query.bind(
                        "after_at",
                        after.map(last -> DatabaseTimes.of(last.at())).orElse(OffsetDateTime.MAX))
                .bind("after_id", after.map(Position::id).orElse(""));
    }

    private static RuntimeException invalid() {
        return Problem.invalidParameter(
                        Paging.CURSOR, "This \"cursor\" is not one of this list: pass next_cursor unchanged.")
                .asException();
    }
}
