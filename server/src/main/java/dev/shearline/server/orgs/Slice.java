package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.statement.Query;

/** A part of a list that runs by time of creation; unless said otherwise the newest comes first, as everywhere. */
record Slice(Paging paging, Order order, Optional<Position> after) {

    static final String SORT = "sort";
    static final String ORDER = "order";
    private static final int ID_CHARACTERS_MAX = 64;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** The last row of the page before. */
    record Position(Instant createdAt, String id) {}

    /** @param list the path and the filters: a cursor is good for one list */
    static Slice of(Request request, String list) {
        var sort = request.query(SORT).orElse("created");
        if (!sort.equals("created")) {
            throw Problem.invalidParameter(SORT, "\"sort\" can only be created here.")
                    .asException();
        }
        var order = request.query(ORDER).map(Slice::order).orElse(Order.DESCENDING);
        var paging = Paging.of(request, list + "&order=" + order);
        return new Slice(paging, order, paging.after().map(Slice::position));
    }

    private static Order order(String text) {
        return switch (text) {
            case "asc" -> Order.ASCENDING;
            case "desc" -> Order.DESCENDING;
            default ->
                throw Problem.invalidParameter(ORDER, "\"order\" must be asc or desc.")
                        .asException();
        };
    }

    private static Position position(List<String> key) {
        try {
            if (key.size() == 2 && isId(key.get(1))) {
                var createdAt = Instant.parse(key.get(0));
                if (createdAt.isAfter(Instant.EPOCH) && createdAt.isBefore(LATEST)) {
                    return new Position(createdAt, key.get(1));
                }
            }
        } catch (DateTimeParseException e) {
            throw invalidCursor();
        }
        throw invalidCursor();
    }

    /** A cursor is checked, not signed: what it holds is as foreign as any parameter. */
    private static boolean isId(String text) {
        return text.length() <= ID_CHARACTERS_MAX
                && text.chars().allMatch(c -> c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
    }

    private static ProblemException invalidCursor() {
        return Problem.invalidParameter(
                        Paging.CURSOR, "This \"cursor\" is not one of this list: pass next_cursor unchanged.")
                .asException();
    }

    /** Binds where to begin, and one row more than the page has, which tells whether there is another page. */
    Query bind(Query query) {
        return query.bind(
                        "after_at",
                        after.map(last -> DatabaseTimes.of(last.createdAt())).orElseGet(this::start))
                .bind("after_id", after.map(Position::id).orElse(""))
                .bind("rows", paging.limit() + 1);
    }

    private OffsetDateTime start() {
        return switch (order) {
            case ASCENDING -> OffsetDateTime.MIN;
            case DESCENDING -> OffsetDateTime.MAX;
        };
    }

    <T> Page<T> page(List<T> rows, Function<T, Position> position) {
        return paging.page(rows, row -> {
            var last = position.apply(row);
            return List.of(last.createdAt().toString(), last.id());
        });
    }
}
