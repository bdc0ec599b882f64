package dev.shearline.server.usage;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** The SQL of callers. */
final class CallerStore {

    /**
     * Whoever adds callers of a key has it alone, so that they are counted, and not while it is being forgotten from where an erased
     * owner's key was used.
     */
    private static final String HOLD = """
            SELECT key_id FROM api_key_activity
             WHERE key_id = ANY (:keys) AND last_used_address IS DISTINCT FROM ''
             ORDER BY key_id FOR NO KEY UPDATE
            """;

    /** New ones get the places that are left, those that came most often first. */
    private static final String ADD = """
            WITH seen AS MATERIALIZED (
                SELECT unnest(:keys) AS key_id, unnest(CAST(:days AS date[])) AS day, unnest(:others) AS other,
                       unnest(:addresses) AS address, unnest(:routes) AS route, unnest(:agents) AS user_agent,
                       unnest(:counts) AS count, unnest(CAST(:times AS timestamptz[])) AS last_at
            ), ranked AS (
                SELECT s.key_id, s.day, s.other, s.address, s.route, s.user_agent, s.count, s.last_at, c.key_id IS NOT NULL AS known,
                       row_number() OVER (PARTITION BY s.key_id, s.day, s.other, c.key_id IS NULL ORDER BY s.count DESC) AS place,
                       (SELECT count(*) FROM usage_caller AS o WHERE o.key_id = s.key_id AND o.day = s.day AND NOT o.other) AS taken
                  FROM seen AS s
                  LEFT JOIN usage_caller AS c ON c.key_id = s.key_id AND c.day = s.day AND c.other = s.other AND c.address = s.address
                                             AND c.route = s.route AND c.user_agent = s.user_agent
            ), placed AS (
                SELECT key_id, day, last_at, count, address, route, user_agent, NOT other AND (known OR place + taken <= :max) AS named
                  FROM ranked
            ), shown AS (
                SELECT key_id, day, NOT named AS other, CASE WHEN named THEN address ELSE '' END AS address,
                       CASE WHEN named THEN route ELSE '' END AS route, CASE WHEN named THEN user_agent ELSE '' END AS user_agent,
                       sum(count) AS count, max(last_at) AS last_at
                  FROM placed GROUP BY 1, 2, 3, 4, 5, 6
            )
            INSERT INTO usage_caller AS u (key_id, organization_id, day, other, address, route, user_agent, count, last_at)
            SELECT s.key_id, k.organization_id, s.day, s.other, s.address, s.route, s.user_agent, s.count, s.last_at
              FROM shown AS s JOIN api_key AS k ON k.id = s.key_id
            ON CONFLICT (key_id, day, other, address, route, user_agent) DO UPDATE
               SET count = u.count + EXCLUDED.count, last_at = GREATEST(u.last_at, EXCLUDED.last_at)
            """;

    private static final String DELETE_OLD = """
            DELETE FROM usage_caller
             WHERE (key_id, day, other, address, route, user_agent) IN
                   (SELECT key_id, day, other, address, route, user_agent FROM usage_caller
                     WHERE day < CAST(now() AT TIME ZONE 'UTC' - make_interval(secs => :kept) AS date) ORDER BY day LIMIT :max)
            """;

    /** Those beyond the shown ones are added to the others. */
    private static final String LIST = """
            WITH summed AS (
                SELECT other, address, route, user_agent, sum(count) AS count, max(last_at) AS last_at
                  FROM usage_caller
                 WHERE key_id = :key AND organization_id = :organization AND day >= CAST(CAST(:from AS timestamptz) AT TIME ZONE 'UTC' AS date)
                   AND day < CAST(CAST(:to AS timestamptz) AT TIME ZONE 'UTC' AS date)
                 GROUP BY 1, 2, 3, 4
            ), ranked AS (
                SELECT other, address, route, user_agent, count, last_at,
                       row_number() OVER (ORDER BY other, count DESC, last_at DESC, address, route, user_agent) AS place
                  FROM summed
            ), cut AS (
                SELECT other OR place > :max AS rest, address, route, user_agent, count, last_at FROM ranked
            )
            SELECT rest, CASE WHEN rest THEN '' ELSE address END AS address, CASE WHEN rest THEN '' ELSE route END AS route,
                   CASE WHEN rest THEN '' ELSE user_agent END AS user_agent, CAST(sum(count) AS bigint) AS count, max(last_at) AS last_at
              FROM cut GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 6 DESC
            """;

    /** How many rows were written. */
    int add(Handle handle, Map<ApiKeyId, List<Callers.Seen>> callers) {
        var held = new HashSet<>(handle.createQuery(HOLD)
                .bindArray(
                        "keys",
                        String.class,
                        callers.keySet().stream().map(ApiKeyId::toString).toList())
                .mapTo(String.class)
                .list());
        var seen = callers.values().stream()
                .flatMap(List::stream)
                .filter(one -> held.contains(one.key().toString()))
                .toList();
        return seen.isEmpty() ? 0 : insert(handle, seen);
    }

    private static int insert(Handle handle, List<Callers.Seen> seen) {
        return handle.createUpdate(ADD)
                .bindArray(
                        "keys",
                        String.class,
                        seen.stream().map(one -> one.key().toString()).toList())
                .bindArray(
                        "days",
                        String.class,
                        seen.stream().map(one -> one.day().toString()).toList())
                .bindArray(
                        "others",
                        Boolean.class,
                        seen.stream().map(one -> one.caller().isEmpty()).toList())
                .bindArray("addresses", String.class, texts(seen, Callers.Caller::addressText))
                .bindArray("routes", String.class, texts(seen, Callers.Caller::route))
                .bindArray("agents", String.class, texts(seen, Callers.Caller::userAgent))
                .bindArray(
                        "counts",
                        Long.class,
                        seen.stream().map(Callers.Seen::count).toList())
                .bindArray(
                        "times",
                        String.class,
                        seen.stream().map(one -> one.lastAt().toString()).toList())
                .bind("max", Callers.CALLERS_MAX)
                .execute();
    }

    private static List<String> texts(List<Callers.Seen> seen, Function<Callers.Caller, String> part) {
        return seen.stream().map(one -> one.caller().map(part).orElse("")).toList();
    }

    int deleteOld(Handle handle, Duration kept, int max) {
        return handle.createUpdate(DELETE_OLD)
                .bind("kept", kept.toSeconds())
                .bind("max", max)
                .execute();
    }

    /** One caller, or the rest of them. */
    record Called(boolean rest, KeyCallers.Caller caller) {}

    List<Called> list(Tx tx, OrganizationId organization, ApiKeyId key, UsageRange range, int max) {
        return tx.handle()
                .createQuery(LIST)
                .bind("key", key.toString())
                .bind("organization", organization.value())
                .bind("from", DatabaseTimes.of(range.from()))
                .bind("to", DatabaseTimes.of(range.to()))
                .bind("max", max)
                .map((row, _) -> new Called(
                        row.getBoolean("rest"),
                        new KeyCallers.Caller(
                                given(row.getString("address")),
                                given(row.getString("route")),
                                given(row.getString("user_agent")),
                                row.getLong("count"),
                                row.getObject("last_at", OffsetDateTime.class).toInstant())))
                .list();
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(some -> !some.isEmpty());
    }
}
