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
 * first and alone, and only its rows are joined with the names of their owners.
 *
 * <h2>Composition</h2>
 *
 * The SQL is put together from constants of this package; whatever a caller sends is a bound value. It is planned with these values
 * each time: the best index for a rare type is the worst one for a common type.
 */
final class KeyList {

    /** A page is a few rows from anywhere, by index: the planner's usual guess of what that costs is of spinning disks. */
    private static final String EXPECT_QUICK_LOOKUPS = "SELECT set_config('random_page_cost', '1.1', true)";

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

    KeyList(InstantSource clock) {
        this.clock = clock;
    }

    /** @param organization empty for all of them, and then the transaction is one across tenants */
    Page<ApiKey> list(Tx tx, Optional<OrganizationId> organization, Reach reach, KeyFilter filter, Paging paging) {
        tx.handle().createQuery(EXPECT_QUICK_LOOKUPS).mapTo(String.class).one();
        var now = clock.instant();
        var dueSince = organization
                .filter(_ -> filter.rotationDue())
                .flatMap(id -> findRotationDueAfterDays(tx, id))
                .map(days -> now.minus(Duration.ofDays(days)));
        if (filter.rotationDue() && dueSince.isEmpty()) {
            return new Page<>(List.of(), Optional.empty());
        }
        var range = new Range(
                organization,
                reach.audienceIds(),
                reach.equals(Reach.whole()),
                filter.owner().map(ref -> KeyHolders.owners(tx, ref)),
                filter.unit().map(ref -> KeyHolders.units(tx, ref)));
        var after = paging.after().map(key -> position(filter.sort(), key));
        var query =
                tx.handle().createQuery(sql(range, filter, after.isPresent())).addCustomizer(PLANNED_EACH_TIME);
        range.bind(query);
        bind(query, filter, now);
        dueSince.ifPresent(since -> query.bind("dueSince", DatabaseTimes.of(since)));
        after.ifPresent(last -> query.bind("afterValue", last.value()).bind("afterId", last.id()));
        var rows = query.bind("rows", paging.limit() + 1)
                .map((row, context) ->
                        new Listed(new KeyRowMapper().map(row, context), KeyRowMapper.text(row, "sort_text")))
                .list();
        var page =
                paging.page(rows, row -> List.of(row.position(), row.key().id().toString()));
        return new Page<>(
                page.items().stream().map(row -> row.key().shownAt(now)).toList(), page.nextCursor());
    }

    private static Optional<Integer> findRotationDueAfterDays(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(ROTATION_DUE_AFTER_DAYS)
                .bind("organization", organization.value())
                .mapTo(Integer.class)
                .findOne();
    }

    private record Listed(KeyRow key, String position) {}

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

    /** Which keys can come into question at all. */
    private record Range(
            Optional<OrganizationId> organization,
            List<String> audiences,
            boolean whole,
            Optional<KeyHolders> owners,
            Optional<List<String>> units) {

        void addTo(List<String> conditions, String driver) {
            if (organization.isPresent()) {
                conditions.add(driver + ".organization_id = :organization");
                if (!driver.equals("k")) {
                    conditions.add("k.organization_id = :organization");
                }
            }
            if (!whole) {
                conditions.add(one(driver + ".audience_id", audiences, "audience"));
                if (!driver.equals("k")) {
                    conditions.add(one("k.audience_id", audiences, "audience"));
                }
            }
            units.ifPresent(ids -> conditions.add(one("k.unit_id", ids, "unit")));
            owners.ifPresent(holders -> conditions.add(owned(holders)));
        }

        private static String owned(KeyHolders holders) {
            var ofMembers = one("k.membership_id", holders.memberships(), "membership");
            var ofUnits = one("k.unit_id", holders.units(), "ownerUnit") + " AND k.membership_id IS NULL";
            if (holders.units().isEmpty()) {
                return ofMembers;
            }
            return holders.memberships().isEmpty() ? ofUnits : "(" + ofMembers + " OR " + ofUnits + ")";
        }

        /** A single value keeps the order of an index behind it, which a list of values does not. */
        private static String one(String column, List<String> values, String parameter) {
            return switch (values.size()) {
                case 0 -> "false";
                case 1 -> column + " = :" + parameter;
                default -> column + " = ANY (:" + parameter + ")";
            };
        }

        void bind(Query query) {
            organization.ifPresent(id -> query.bind("organization", id.value()));
            if (!whole) {
                bind(query, audiences, "audience");
            }
            units.ifPresent(ids -> bind(query, ids, "unit"));
            owners.ifPresent(holders -> {
                bind(query, holders.memberships(), "membership");
                bind(query, holders.units(), "ownerUnit");
            });
        }

        private static void bind(Query query, List<String> values, String parameter) {
            if (values.size() == 1) {
                query.bind(parameter, values.getFirst());
            } else if (!values.isEmpty()) {
                query.bindArray(parameter, String.class, values);
            }
        }
    }

    private static String sql(Range range, KeyFilter filter, boolean goesOn) {
        var order = KeyListOrder.of(filter);
        var conditions = new ArrayList<String>();
        conditions.add(status(filter));
        range.addTo(conditions, order.alias());
        addFilters(conditions, order, filter);
        if (goesOn) {
            conditions.add(order.after());
        }
        return """
                WITH page AS MATERIALIZED (
                    SELECT k.id, %1$s AS sort_value FROM %2$s WHERE %3$s ORDER BY %4$s LIMIT :rows
                )
                SELECT %5$s, CAST(page.sort_value AS text) AS sort_text
                  FROM page JOIN api_key AS k ON k.id = page.id
                %6$s
                 ORDER BY page.sort_value %7$s, page.id %7$s
                """.formatted(
                        order.value(),
                        order.source(),
                        String.join(" AND ", conditions),
                        order.by(),
                        KeyRowMapper.COLUMNS,
                        KeyRowMapper.JOINS,
                        order.direction());
    }

    private static String status(KeyFilter filter) {
        if (!filter.statuses().isEmpty()) {
            return filter.statuses().stream().map(KeyConditions::of).collect(Collectors.joining(") OR (", "((", "))"));
        }
        // a digest asks for one key, whatever has become of it
        return filter.digest().isPresent() ? "true" : KeyConditions.NOT_OVER;
    }

    private static void addFilters(List<String> conditions, KeyListOrder order, KeyFilter filter) {
        filter.type().ifPresent(_ -> conditions.add("k.type = :type"));
        filter.scope().ifPresent(_ -> conditions.add(order.hasScope()));
        filter.expiresWithin().ifPresent(_ -> conditions.add("k.expires_at > :now AND k.expires_at <= :expiresBefore"));
        filter.unusedFor().ifPresent(_ -> {
            // a young key has had no time to be used, nor has one that came lately
            conditions.add("k.created_at < :unusedSince AND (k.imported_at IS NULL OR k.imported_at < :unusedSince)");
            conditions.add(order.isUnused());
        });
        if (filter.rotationDue()) {
            conditions.add(
                    "k.created_at <= :dueSince AND k.rotated_to IS NULL AND k.type IN ('personal', 'team', 'ci') AND "
                            + KeyConditions.NOT_OVER);
        }
        filter.digest().ifPresent(_ -> conditions.add("k.digest = :digest"));
        filter.text().ifPresent(text -> conditions.add(KeyTextSearch.of(text).condition()));
    }

    private static void bind(Query query, KeyFilter filter, Instant now) {
        query.bind("now", DatabaseTimes.of(now)).bind("soon", DatabaseTimes.of(now.plus(KeyStatus.EXPIRING_WITHIN)));
        filter.type().ifPresent(type -> query.bind("type", type.wire()));
        filter.scope().ifPresent(scope -> query.bind("scope", scope.value()));
        filter.expiresWithin().ifPresent(span -> query.bind("expiresBefore", DatabaseTimes.of(now.plus(span))));
        filter.unusedFor().ifPresent(span -> query.bind("unusedSince", DatabaseTimes.of(now.minus(span))));
        filter.digest().ifPresent(digest -> query.bind("digest", digest.toBytes()));
        filter.text().ifPresent(text -> KeyTextSearch.of(text).bind(query));
    }

    private static final StatementCustomizer PLANNED_EACH_TIME = new StatementCustomizer() {
        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };
}
