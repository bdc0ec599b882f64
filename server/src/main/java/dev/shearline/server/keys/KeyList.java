package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.postgresql.PGStatement;

/**
 * Lists keys, a page at a time.
 *
 * <h2>Fast under row-level security</h2>
 *
 * Beneath a policy only leakproof operators reach an index: {@code =}, {@code <}, {@code >=} and their like on plain columns. So the
 * statement uses no others, and repeats the policy's own condition with bound values, which an index can serve: the whole organization,
 * or some audiences of it. The shape is chosen here, not by an OR in SQL that no plan could look through. The page is cut by a keyset,
 * first and alone, and only its rows are read with the names of their owners.
 *
 * <h2>Composition</h2>
 *
 * The SQL is put together from constants of this package; whatever a caller sends is a bound value. It is planned with these values
 * each time: the best index for a rare type is the worst one for a common type.
 */
final class KeyList {

    /**
     * A page is a few rows from anywhere, by index: the planner's usual guess of what that costs is of spinning disks, and for a few
     * thousand rows it would rather begin to read the table.
     */
    private static final String EXPECT_QUICK_LOOKUPS =
            "SELECT set_config('random_page_cost', '1.1', true), set_config('enable_seqscan', 'off', true)";

    /** Always the same statement, whose plan is kept: to plan it takes longer than to run it. */
    private static final String ROWS =
            "SELECT " + KeyRowMapper.COLUMNS + " FROM api_key AS k " + KeyRowMapper.JOINS + " WHERE k.id = ANY (:ids)";

    private static final String ROTATION_DUE_AFTER_DAYS = """
            SELECT CAST(policy ->> 'rotation_due_after_days' AS integer) AS days FROM organization
             WHERE id = :organization AND policy ->> 'rotation_due_after_days' IS NOT NULL
            """;

    private static final Pattern KEY_ID = Pattern.compile("key_[0-9A-Za-z]{12}");
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendLiteral("+00")
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private final InstantSource clock;
    private final FewKeys few;

    KeyList(InstantSource clock) {
        this.clock = clock;
        this.few = new FewKeys(clock);
    }

    /** @param organization empty for all of them, and then the transaction is one across tenants */
    Page<ApiKey> list(Tx tx, Optional<OrganizationId> organization, Reach reach, KeyFilter filter, Paging paging) {
        tx.handle().createQuery(EXPECT_QUICK_LOOKUPS).mapTo(String.class).one();
        var now = clock.instant();
        if (filter.usedFrom().isPresent() && organization.isEmpty()) {
            throw KeyProblems.invalidParameter(
                    "organization", "\"used_from\" is asked of one organization: an operator says which.");
        }
        var dueSince = organization
                .filter(_ -> filter.rotationDue())
                .flatMap(id -> findRotationDueAfterDays(tx, id))
                .map(days -> now.minus(Duration.ofDays(days)));
        if (filter.rotationDue() && dueSince.isEmpty()) {
            return new Page<>(List.of(), Optional.empty());
        }
        var range = KeyRange.of(
                tx,
                few,
                organization,
                reach,
                filter.owner().map(ref -> KeyHolders.owners(tx, ref)),
                filter.unit().map(ref -> KeyHolders.units(tx, ref)));
        var after = paging.after().map(key -> position(filter.sort(), key));
        var query =
                tx.handle().createQuery(sql(range, filter, after.isPresent())).addCustomizer(PLANNED_EACH_TIME);
        range.bind(query);
        bind(query, filter, now);
        filter.madeBy().ifPresent(ref -> query.bindArray("makers", String.class, KeyHolders.makers(tx, ref)));
        dueSince.ifPresent(since -> query.bind("dueSince", DatabaseTimes.of(since)));
        after.ifPresent(last -> query.bind("afterValue", last.value()).bind("afterId", last.id()));
        var positions = query.bind("rows", paging.limit() + 1)
                .map((row, _) -> new Position(KeyRowMapper.text(row, "sort_text"), KeyRowMapper.text(row, "id")))
                .list();
        var page = paging.page(positions, row -> List.of(row.value(), row.id()));
        return new Page<>(keys(tx, page.items(), now), page.nextCursor());
    }

    /** In the order of the page. */
    private static List<ApiKey> keys(Tx tx, List<Position> positions, Instant now) {
        var ids = positions.stream().map(Position::id).toList();
        var keys = tx.handle().createQuery(ROWS).bindArray("ids", String.class, ids).map(new KeyRowMapper()).stream()
                .collect(Collectors.toMap(row -> row.id().toString(), row -> row.shownAt(now)));
        return ids.stream()
                .flatMap(id -> Optional.ofNullable(keys.get(id)).stream())
                .toList();
    }

    private static Optional<Integer> findRotationDueAfterDays(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(ROTATION_DUE_AFTER_DAYS)
                .bind("organization", organization.value())
                .mapTo(Integer.class)
                .findOne();
    }

    /** Where in the list a key is: what it is sorted by, and its id. */
    private record Position(String value, String id) {}

    /** A cursor is checked against accidents, not against its holder. */
    private static Position position(KeySort sort, List<String> key) {
        boolean wellFormed = key.size() == 2
                && key.get(0).indexOf('\0') < 0
                && KEY_ID.matcher(key.get(1)).matches()
                && (sort == KeySort.NAME || isTime(key.get(0)));
        if (!wellFormed) {
            throw KeyProblems.invalidParameter(
                    Paging.CURSOR, "This \"cursor\" is not one of this list: pass next_cursor unchanged.");
        }
        return new Position(key.get(0), key.get(1));
    }

    /** As PostgreSQL writes it. A cursor is no secret: somebody may have written it. */
    private static boolean isTime(String text) {
        if (text.equals("infinity") || text.equals("-infinity")) {
            return true;
        }
        try {
            TIME.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static String sql(KeyRange range, KeyFilter filter, boolean goesOn) {
        var order = KeyListOrder.of(filter, range);
        var pages = statuses(filter).stream()
                .map(status -> {
                    var conditions = new ArrayList<String>();
                    conditions.add(status);
                    range.addTo(conditions, order.alias());
                    addFilters(conditions, order, range, filter);
                    if (goesOn) {
                        conditions.add(order.after());
                    }
                    return "(SELECT k.id, %s AS sort_value FROM %s WHERE %s ORDER BY %s LIMIT :rows)"
                            .formatted(order.value(), order.source(), String.join(" AND ", conditions), order.by());
                })
                .collect(Collectors.joining(" UNION ALL "));
        return "SELECT id, CAST(sort_value AS text) AS sort_text FROM (%1$s) AS pages ORDER BY sort_value %2$s, id %2$s LIMIT :rows"
                .formatted(pages, order.direction());
    }

    /** Conditions, of which each gives a page of its own: the list runs through all of them together. */
    private static List<String> statuses(KeyFilter filter) {
        if (filter.statuses().equals(Set.of(KeyStatus.EXPIRED)) && filter.sort() == KeySort.EXPIRES) {
            // where one of two times is past, no index has an order to give
            return KeyConditions.EXPIRED_APART;
        }
        if (!filter.statuses().isEmpty()) {
            return List.of(filter.statuses().stream()
                    .map(KeyConditions::of)
                    .collect(Collectors.joining(") OR (", "((", "))")));
        }
        // a digest asks for one key, whatever has become of it
        return List.of(filter.digest().isPresent() ? "true" : KeyConditions.NOT_OVER);
    }

    private static void addFilters(List<String> conditions, KeyListOrder order, KeyRange range, KeyFilter filter) {
        filter.type().ifPresent(_ -> conditions.add("k.type = :type"));
        filter.madeBy().ifPresent(_ -> conditions.add("k.created_by = ANY (:makers)"));
        filter.scope().ifPresent(_ -> conditions.add(range.few() ? ":scope = ANY (k.scopes)" : order.hasScope()));
        filter.expiresWithin().ifPresent(_ -> conditions.add("k.expires_at > :now AND k.expires_at <= :expiresBefore"));
        filter.unusedFor().ifPresent(_ -> {
            // a young key has had no time to be used, nor has one that came lately
            conditions.add("k.created_at < :unusedSince AND (k.imported_at IS NULL OR k.imported_at < :unusedSince)");
            conditions.add(order.isUnused());
        });
        if (filter.rotationDue()) {
            conditions.add("k.created_at <= :dueSince AND k.rotated_to IS NULL AND k.type IN ('personal', 'team', 'ci')"
                    + " AND k.state = 'active' AND k.expires_at > :now");
        }
        filter.digest().ifPresent(_ -> conditions.add("k.digest = :digest"));
        filter.usedFrom().ifPresent(from -> conditions.add(from.condition()));
        filter.text().ifPresent(text -> conditions.add(KeyTextSearch.of(text).condition()));
    }

    private static void bind(Query query, KeyFilter filter, Instant now) {
        query.bind("now", DatabaseTimes.of(now)).bind("soon", DatabaseTimes.of(now.plus(KeyStatus.EXPIRING_WITHIN)));
        filter.type().ifPresent(type -> query.bind("type", type.wire()));
        filter.scope().ifPresent(scope -> query.bind("scope", scope.value()));
        filter.expiresWithin().ifPresent(span -> query.bind("expiresBefore", DatabaseTimes.of(now.plus(span))));
        filter.unusedFor().ifPresent(span -> query.bind("unusedSince", DatabaseTimes.of(now.minus(span))));
        filter.digest().ifPresent(digest -> query.bind("digest", digest.toBytes()));
        filter.usedFrom().ifPresent(from -> from.bind(query, now));
        filter.text().ifPresent(text -> KeyTextSearch.of(text).bind(query));
    }

    private static final StatementCustomizer PLANNED_EACH_TIME = new StatementCustomizer() {
        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };
}
