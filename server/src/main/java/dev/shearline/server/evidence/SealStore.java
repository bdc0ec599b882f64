package dev.shearline.server.evidence;

import dev.shearline.server.db.DatabaseTimes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The SQL of sealing, as the node. */
final class SealStore {

    private static final String OLDEST_WAITING = """
            SELECT (EXTRACT(EPOCH FROM clock_timestamp() - at) * 1000)::bigint
              FROM audit_unsealed ORDER BY at, event_id LIMIT 1
            """;
    private static final String SEAL = "SELECT chain, head, head_hash, sealed FROM seal_events(:batch)";
    private static final String LAST = "SELECT number, bytes FROM audit_checkpoint ORDER BY number DESC LIMIT 1";
    private static final String INSERT_KEY =
            "INSERT INTO audit_key (id, public_key) VALUES (:id, :key) ON CONFLICT DO NOTHING";
    private static final String INSERT = """
            INSERT INTO audit_checkpoint (number, at, key_id, bytes, signature) VALUES (:number, :at, :key, :bytes, :signature)
            """;
    private static final String INSERT_LINE = """
            INSERT INTO audit_checkpoint_line (organization_id, number, seq, hash, nonce) VALUES (:chain, :number, :seq, :hash, :nonce)
            """;

    /** A chain that a pass has moved, and by how many events. */
    record Moved(Checkpoint.Head head, int sealed) {}

    /** For how long the oldest event waits for its seal; empty when none does. */
    Optional<Duration> findWait(Handle handle) {
        return handle.createQuery(OLDEST_WAITING)
                .mapTo(Long.class)
                .findOne()
                .map(millis -> Duration.ofMillis(Math.max(0, millis)));
    }

    List<Moved> seal(Handle handle, int batch) {
        return handle.createQuery(SEAL)
                .bind("batch", batch)
                .map((row, _) -> new Moved(
                        new Checkpoint.Head(
                                row.getString("chain"), row.getLong("head"), Octets.of(row.getBytes("head_hash"))),
                        row.getInt("sealed")))
                .list();
    }

    Checkpoint.Last last(Handle handle) {
        return handle.createQuery(LAST)
                .map((row, _) ->
                        new Checkpoint.Last(row.getLong("number"), Octets.of(Sha256.of(row.getBytes("bytes")))))
                .findOne()
                .orElse(Checkpoint.Last.NONE);
    }

    void insertKey(Handle handle, CheckpointKey key) {
        handle.createUpdate(INSERT_KEY)
                .bind("id", key.id())
                .bind("key", key.publicKey())
                .execute();
    }

    void insert(Handle handle, Checkpoint checkpoint) {
        handle.createUpdate(INSERT)
                .bind("number", checkpoint.number())
                .bind("at", DatabaseTimes.of(checkpoint.at()))
                .bind("key", checkpoint.keyId())
                .bind("bytes", checkpoint.bytes().toBytes())
                .bind("signature", checkpoint.signature().toBytes())
                .execute();
        var lines = handle.prepareBatch(INSERT_LINE);
        for (var line : checkpoint.lines()) {
            lines.bind("chain", line.head().chain())
                    .bind("number", checkpoint.number())
                    .bind("seq", line.head().seq())
                    .bind("hash", line.head().hash().toBytes())
                    .bind("nonce", line.nonce().toBytes())
                    .add();
        }
        lines.execute();
    }
}
