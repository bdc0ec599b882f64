package dev.shearline.server.usage;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads what an organization's keys were asked about, by whom they belong to: piece by piece, so that no answer reads all of the time. */
final class UsageLines {

    static final int PAGE_LINES = 1_000;

    /** A range whose times were left out moves on while somebody turns pages. */
    private static final Duration RANGE_MOVED_MAX = Duration.ofDays(1);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_]{0,64}");

    private final Database database;
    private final References references;
    private final UsageLineStore store = new UsageLineStore();

    UsageLines(Database database, References references) {
        this.database = database;
        this.references = references;
    }

    /**
     * @param organization which an operator must name
     * @param closed whether only lines are wanted that never change any more
     */
    record Question(Optional<Ref> organization, UsageHolder by, UsageRange range, boolean closed) {}

    /** A question of a caller who may ask it, about one organization. */
    record Asked(TenantContext context, Question question) {

        OrganizationId organization() {
            return context.organization();
        }
    }

    Asked asked(Caller caller, Question question) {
        var organization = references.organizationOrOwn(caller, question.organization());
        return new Asked(
                TenantContext.find(caller.actor(), organization)
                        .orElseThrow(() -> Problem.notFound().asException()),
                question);
    }

    Page<UsageLine> list(Asked asked, Paging paging) {
        var from = paging.after()
                .map(after -> position(after, asked.question().range()))
                .orElse(begin(asked));
        var read = read(asked, from, paging.limit() + 1);
        var page = paging.page(
                read,
                last -> List.of(
                        last.line().time().toString(),
                        last.place().holder(),
                        last.place().lateFor().toString()));
        return new Page<>(page.items().stream().map(UsageLineStore.Read::line).toList(), page.nextCursor());
    }

    /** All lines, a page at a time: a bill that ends before its end looks whole. */
    void forEach(Asked asked, Consumer<List<UsageLine>> use) {
        var from = begin(asked);
        while (true) {
            var read = read(asked, from, PAGE_LINES);
            use.accept(read.stream().map(UsageLineStore.Read::line).toList());
            if (read.size() < PAGE_LINES) {
                return;
            }
            from = new Position(read.getLast().line().time(), read.getLast().place());
        }
    }

    private record Position(Instant piece, UsageLineStore.Place place) {}

    private static Position begin(Asked asked) {
        return new Position(asked.question().range().from(), UsageLineStore.Place.FIRST);
    }

    /** Of a cursor, which its holder may have made up. */
    private static Position position(List<String> after, UsageRange range) {
        try {
            var at = new Position(
                    Instant.parse(after.get(0)), new UsageLineStore.Place(after.get(1), Instant.parse(after.get(2))));
            if (ID.matcher(at.place().holder()).matches()
                    && !at.piece().isBefore(range.from().minus(RANGE_MOVED_MAX))
                    && !at.piece().isAfter(range.to())
                    && !at.place().lateFor().isBefore(Instant.EPOCH)
                    && !at.place().lateFor().isAfter(range.to())) {
                return at;
            }
        } catch (DateTimeParseException | IndexOutOfBoundsException e) {
            throw invalidCursor();
        }
        throw invalidCursor();
    }

    private static ProblemException invalidCursor() {
        return Problem.invalidParameter(
                        Paging.CURSOR,
                        "This \"cursor\" does not lie between \"from\" and \"to\": begin with the first page again.")
                .asException();
    }

    private List<UsageLineStore.Read> read(Asked asked, Position from, int rows) {
        var question = asked.question();
        return database.read(asked.context(), tx -> {
            var lines = new ArrayList<UsageLineStore.Read>();
            for (var piece :
                    store.pieces(tx, asked.organization(), question.range(), from.piece(), question.closed())) {
                if (lines.size() == rows) {
                    break;
                }
                var after = piece.equals(from.piece()) ? from.place() : UsageLineStore.Place.FIRST;
                lines.addAll(store.lines(
                        tx, asked.organization(), question.by(), question.range(), piece, after, rows - lines.size()));
            }
            return lines;
        });
    }
}
