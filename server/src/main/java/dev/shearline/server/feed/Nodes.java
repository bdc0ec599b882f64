package dev.shearline.server.feed;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
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

    private static final String LIST =
            "SELECT id, applied, staleness_ms, lease_until < now() AS lapsed FROM node ORDER BY id";
    private static final String IN_HISTORY =
            "SELECT EXISTS (SELECT 1 FROM feed_entry WHERE epoch = :number AND tag = :tag)";
    private static final String DELETE = "DELETE FROM node WHERE id = ANY (:ids)";
    /** Waits for nobody: a row that is being renewed right now is not to be forgotten. */
    private static final String FORGET_LAPSED = """
            DELETE FROM node WHERE id IN (SELECT id FROM node WHERE lease_until < now() - make_interval(secs => :forget)
                                             FOR UPDATE SKIP LOCKED)
            """;

    /** A node as the others see it. */
    record Row(NodeId id, long applied, Duration staleness, boolean lapsed) {}

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

    static List<Row> list(Handle handle) {
        return handle.createQuery(LIST)
                .map((row, _) -> new Row(
                        new NodeId(row.getString("id")),
                        row.getLong("applied"),
                        Duration.ofMillis(row.getLong("staleness_ms")),
                        row.getBoolean("lapsed")))
                .list();
    }

    /** Whether the feed holds this very entry. */
    static boolean isInHistory(Handle handle, Epoch epoch) {
        return handle.createQuery(IN_HISTORY)
                .bind("number", epoch.number())
                .bind("tag", epoch.tag())
                .mapTo(Boolean.class)
                .one();
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
