package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.server.secrets.Purpose;
import dev.shearline.server.secrets.StoredSecrets;
import dev.shearline.token.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The SQL of the secrets that sign. Outside this class they are sealed, or in a {@link Secret}. */
final class SecretStore {

    static final Purpose PURPOSE = new Purpose("webhook-secret");

    private static final String INSERT = """
            INSERT INTO webhook_secret (id, organization_id, endpoint_id, sealed, created_at)
            VALUES (:id, :organization, :endpoint, :sealed, :at)
            """;
    private static final String OF_ENDPOINT = """
            SELECT id, sealed FROM webhook_secret WHERE endpoint_id = :endpoint AND ends_at > :now ORDER BY created_at DESC, id
            """;
    /** The one that signs alone ends with the grace; those that end already, end no later for it. */
    private static final String END = """
            UPDATE webhook_secret SET ends_at = LEAST(ends_at, CAST(:ends_at AS timestamptz)) WHERE endpoint_id = :endpoint
            """;

    private static final String FORGET_ENDED =
            "DELETE FROM webhook_secret WHERE endpoint_id = :endpoint AND ends_at <= :now";
    private static final String FORGET = "DELETE FROM webhook_secret WHERE endpoint_id = :endpoint";
    private static final String LIST_AFTER = """
            SELECT id, sealed FROM webhook_secret WHERE id > :after ORDER BY id LIMIT :max
            """;
    private static final String FIND_ORGANIZATION = "SELECT organization_id FROM webhook_secret WHERE id = :id";
    private static final String REPLACE =
            "UPDATE webhook_secret SET sealed = :sealed WHERE id = :id AND sealed = :before";

    void insert(Tx tx, Encryption encryption, String id, WebhookEndpoint endpoint, Secret secret, Instant at) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", id)
                .bind("organization", endpoint.organization().value())
                .bind("endpoint", endpoint.id())
                .bind("sealed", encryption.encrypt(PURPOSE, id, secret.reveal().getBytes(StandardCharsets.UTF_8)))
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    /** Those that sign now, the newest first. */
    List<Secret> open(Tx tx, Encryption encryption, String endpoint, Instant now) {
        return tx.handle()
                .createQuery(OF_ENDPOINT)
                .bind("endpoint", endpoint)
                .bind("now", DatabaseTimes.of(now))
                .map((row, _) -> Secret.of(new String(
                        encryption.decrypt(PURPOSE, row.getString("id"), row.getBytes("sealed")),
                        StandardCharsets.UTF_8)))
                .list();
    }

    void end(Tx tx, String endpoint, Instant endsAt, Instant now) {
        tx.handle()
                .createUpdate(FORGET_ENDED)
                .bind("endpoint", endpoint)
                .bind("now", DatabaseTimes.of(now))
                .execute();
        tx.handle()
                .createUpdate(END)
                .bind("endpoint", endpoint)
                .bind("ends_at", DatabaseTimes.of(endsAt))
                .execute();
    }

    void forget(Tx tx, String endpoint) {
        tx.handle().createUpdate(FORGET).bind("endpoint", endpoint).execute();
    }

    List<StoredSecrets.Value> listAfter(Tx tx, String after, int max) {
        return tx.handle()
                .createQuery(LIST_AFTER)
                .bind("after", after)
                .bind("max", max)
                .map((row, _) -> new StoredSecrets.Value(row.getString("id"), row.getBytes("sealed")))
                .list();
    }

    Optional<String> findOrganization(Tx tx, String id) {
        return tx.handle()
                .createQuery(FIND_ORGANIZATION)
                .bind("id", id)
                .mapTo(String.class)
                .findOne();
    }

    boolean replace(Tx tx, StoredSecrets.Value before, byte[] sealed) {
        return tx.handle()
                        .createUpdate(REPLACE)
                        .bind("id", before.rowId())
                        .bind("before", before.ciphertext())
                        .bind("sealed", sealed)
                        .execute()
                == 1;
    }
}
