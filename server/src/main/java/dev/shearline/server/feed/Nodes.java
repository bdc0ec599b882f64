package dev.shearline.server.feed;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The SQL of leases: which nodes there are, how far each has come, and until when it may answer. */
final class Nodes {

    /** Added to a lease for clock differences between primaries. */
    static final Duration MARGIN = Duration.ofSeconds(2);

    static final Duration FORGET = Duration.ofSeconds(60);

    /**
     * A position counts in its own history only: after a failover or a restore the number may be higher than the head, and would
     * acknowledge what the node has never seen.
     */
    private static final String RENEW = """
            INSERT INTO node (id, version, address, applied, staleness_ms, lease_until)
            VALUES (:id, :version, :address,
                    coalesce((SELECT epoch FROM feed_entry WHERE epoch = :applied AND tag = :tag), 0),
                    :staleness, now() + make_interval(secs => :lease))
            ON CONFLICT (id) DO UPDATE SET applied = excluded.applied, lease_until = excluded.lease_until
            RETURNING %s, clock_timestamp() AS now
            """.formatted(ServerIdentity.COLUMN);

    /** All of it as of one moment. */
    private static final String LOOK = """
            SELECT f.held, now() AS now, n.id, n.applied, n.staleness_ms, n.lease_until < now() AS lapsed
              FROM (SELECT array(SELECT w.nth
                                   FROM unnest(:numbers, :tags) WITH ORDINALITY AS w (number, tag, nth)
                                   JOIN feed_entry AS e ON e.epoch = w.number AND e.tag = w.tag) AS held) AS f
              LEFT JOIN node AS n ON true
             ORDER BY n.id
            """;

    private static final String DELETE = "DELETE FROM node WHERE id = ANY (:ids)";
    /** Waits for nobody: a row that is being renewed right now is not to be forgotten. */
    private static final String FORGET_LAPSED = """
            DELETE FROM node WHERE id IN (SELECT id FROM node WHERE lease_until < now() - make_interval(secs => :forget)
                                             FOR UPDATE SKIP LOCKED)
            """;

    /** A node as the others see it. */
    record Row(NodeId id, long applied, Duration staleness, boolean lapsed) {}

    /** Who has a lease or had one, and which of the entries asked about the feed holds, by the primary's clock at that moment. */
    record Look(List<Row> rows, Set<Epoch> held, Instant at) {}

    /** What a renewal brought back. */
    record Renewed(ServerIdentity server, Instant primaryNow) {}

    private Nodes() {}

    static Renewed renew(Handle handle, NodeId id, String version, String address, Epoch applied, Duration staleness) {
        return handle.createQuery(RENEW)
                .bind("id", id.value())
                .bind("version", version)
                .bind("address", address)
                .bind("applied", applied.number())
                .bind("tag", applied.tag())
                .bind("staleness", staleness.toMillis())
                .bind("lease", staleness.plus(MARGIN).toMillis() / 1000.0)
                .map((row, _) -> new Renewed(
                        new ServerIdentity(row.getString("server")),
                        row.getObject("now", OffsetDateTime.class).toInstant()))
                .one();
    }

    /** The nodes, and which of these very entries the feed holds. */
    static Look look(Handle handle, List<Epoch> entries) {
        return handle.createQuery(LOOK)
                .bindArray(
                        "numbers",
                        Long.class,
                        entries.stream().map(Epoch::number).toArray())
                .bindArray("tags", Long.class, entries.stream().map(Epoch::tag).toArray())
                .scanResultSet((result, _) -> {
                    try (var all = result.get()) {
                        return look(all, entries);
                    }
                });
    }

    private static Look look(ResultSet all, List<Epoch> entries) throws SQLException {
        var rows = new ArrayList<Row>();
        var held = Set.<Epoch>of();
        var at = Instant.MIN;
        while (all.next()) {
            held = held(all, entries);
            at = all.getObject("now", OffsetDateTime.class).toInstant();
            // without a node there is one row all the same
            if (all.getString("id") != null) {
                rows.add(row(all));
            }
        }
        return new Look(rows, held, at);
    }

    private static Set<Epoch> held(ResultSet row, List<Epoch> entries) throws SQLException {
        return Arrays.stream((Long[]) row.getArray("held").getArray())
                .map(nth -> entries.get(nth.intValue() - 1))
                .collect(Collectors.toSet());
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                new NodeId(row.getString("id")),
                row.getLong("applied"),
                Duration.ofMillis(row.getLong("staleness_ms")),
                row.getBoolean("lapsed"));
    }

    static void delete(Handle handle, Collection<NodeId> ids) {
        handle.createUpdate(DELETE)
                .bindArray("ids", String.class, ids.stream().map(NodeId::value).toArray())
                .execute();
    }

    static int forgetLapsed(Handle handle) {
        return handle.createUpdate(FORGET_LAPSED)
                .bind("forget", FORGET.toSeconds())
                .execute();
    }
}
