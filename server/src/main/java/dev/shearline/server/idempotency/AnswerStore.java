package dev.shearline.server.idempotency;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The kept answers as rows. */
final class AnswerStore {

    private static final String CLAIM = """
            INSERT INTO idempotent_answer AS a (organization_id, actor, hash, salt, expires_at)
            VALUES (:organization, :actor, :hash, :salt, :expiresAt)
            ON CONFLICT (organization_id, actor, hash)
            DO UPDATE SET salt = EXCLUDED.salt, made = NULL, sealed = NULL, expires_at = EXCLUDED.expires_at
             WHERE a.expires_at <= :now
            """;
    private static final String FILL = """
            UPDATE idempotent_answer SET made = :made, sealed = :sealed
             WHERE organization_id = :organization AND actor = :actor AND hash = :hash
            """;
    private static final String FIND = """
            SELECT salt, made, sealed FROM idempotent_answer
             WHERE organization_id = :organization AND actor = :actor AND hash = :hash AND expires_at > :now
            """;
    /** An expired row may be claimed anew meanwhile: the outer condition is looked at again after the wait for it. */
    private static final String CLEAN = """
            DELETE FROM idempotent_answer
             WHERE expires_at <= :now AND (organization_id, actor, hash) IN
                   (SELECT organization_id, actor, hash FROM idempotent_answer
                     WHERE expires_at <= :now ORDER BY expires_at LIMIT :max)
            """;

    record Stored(Buffer salt, String made, Buffer sealed) {}

    /** False when it is taken, by a request that has been answered and is still kept. */
    boolean claim(Tx tx, Repeatable request, byte[] salt, Instant now, Instant expiresAt) {
        return tx.handle()
                        .createUpdate(CLAIM)
                        .bind("organization", request.home().value())
                        .bind("actor", request.actorId())
                        .bind("hash", request.hash())
                        .bind("salt", salt)
                        .bind("expiresAt", DatabaseTimes.of(expiresAt))
                        .bind("now", DatabaseTimes.of(now))
                        .execute()
                == 1;
    }

    void fill(Tx tx, Repeatable request, String made, byte[] sealed) {
        int filled = tx.handle()
                .createUpdate(FILL)
                .bind("organization", request.home().value())
                .bind("actor", request.actorId())
                .bind("hash", request.hash())
                .bind("made", made)
                .bind("sealed", sealed)
                .execute();
        if (filled != 1) {
            throw new IllegalStateException("a claimed answer has gone");
        }
    }

    Optional<Stored> find(Tx tx, Repeatable request, Instant now) {
        return tx.handle()
                .createQuery(FIND)
                .bind("organization", request.home().value())
                .bind("actor", request.actorId())
                .bind("hash", request.hash())
                .bind("now", DatabaseTimes.of(now))
                .map((row, _) -> new Stored(
                        Buffer.buffer(row.getBytes("salt")),
                        row.getString("made"),
                        Buffer.buffer(row.getBytes("sealed"))))
                .findOne();
    }

    int clean(Handle handle, Instant now, int max) {
        return handle.createUpdate(CLEAN)
                .bind("now", DatabaseTimes.of(now))
                .bind("max", max)
                .execute();
    }
}
