package dev.shearline.server.embed;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.EmbedTerms;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ForcedFields;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Embed sessions as rows, one for each token. */
final class EmbedSessionStore {

    private static final String COUNT = """
        SELECT count(*) FROM (SELECT 1 FROM access_session
                               WHERE organization_id = :organization AND subject = :subject AND expires_at > :now AND kind = 'embed'
                               LIMIT :max) AS live
        """;
    private static final String INSERT = """
        INSERT INTO access_session (digest, kind, organization_id, parent_key_id, subject, capabilities, created_at, expires_at, id,
                                    include_teams, forced, origins, link_digest)
        VALUES (:digest, 'embed', :organization, :parent, :subject, :capabilities, :now, :expiresAt, :id, :includesTeams,
                CAST(:forced AS jsonb), :origins, :link)
        """;
    /** Whoever is first takes the code away with it; the others wait for that, and find none. */
    private static final String REDEEM = """
        WITH taken AS (
            UPDATE access_session SET link_digest = NULL
             WHERE link_digest = :link AND expires_at > :now
            RETURNING kind, organization_id, parent_key_id, subject, capabilities, expires_at, id, include_teams, forced, origins
        )
        INSERT INTO access_session (digest, kind, organization_id, parent_key_id, subject, capabilities, created_at, expires_at, id,
                                    include_teams, forced, origins)
        SELECT :digest, kind, organization_id, parent_key_id, subject, capabilities, :now, expires_at, id, include_teams, forced, origins
          FROM taken
        """;

    private static final String FIND_ORGANIZATION = """
        SELECT organization_id FROM access_session WHERE id = :id LIMIT 1
        """;
    private static final String LOCK = """
        SELECT subject FROM access_session WHERE id = :id AND organization_id = :organization AND expires_at > :now
         ORDER BY digest FOR UPDATE
        """;
    private static final String DELETE = """
        DELETE FROM access_session WHERE id = :id AND organization_id = :organization
        """;

    /** Up to {@code max}. */
    int countLive(Tx tx, OrganizationId organization, String subject, Instant now, int max) {
        return tx.handle()
                .createQuery(COUNT)
                .bind("organization", organization.value())
                .bind("subject", subject)
                .bind("now", DatabaseTimes.of(now))
                .bind("max", max)
                .mapTo(Integer.class)
                .one();
    }

    void insert(
            Tx tx, EmbedTerms terms, ApiKeyId parent, KeyDigest token, Optional<KeyDigest> code, Instant createdAt) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("digest", token.toBytes())
                .bind("organization", terms.organization().value())
                .bind("parent", parent.toString())
                .bind("subject", terms.subject())
                .bindArray("capabilities", String.class, terms.capabilities().wire())
                .bind("now", DatabaseTimes.of(createdAt))
                .bind("expiresAt", DatabaseTimes.of(terms.expiresAt()))
                .bind("id", terms.id())
                .bind("includesTeams", terms.includesTeams())
                .bind("forced", ForcedFields.write(terms.forced()))
                .bindArray("origins", String.class, terms.origins())
                .bind("link", code.map(KeyDigest::toBytes))
                .execute();
    }

    /** Gives the session another token in the place of its link's code. False when somebody else has. */
    boolean redeem(Tx tx, KeyDigest code, KeyDigest token, Instant now) {
        return tx.handle()
                        .createUpdate(REDEEM)
                        .bind("link", code.toBytes())
                        .bind("digest", token.toBytes())
                        .bind("now", DatabaseTimes.of(now))
                        .execute()
                == 1;
    }

    /** For an operator, who has no organization to look in. */
    Optional<OrganizationId> findOrganization(Handle handle, String id) {
        return handle.createQuery(FIND_ORGANIZATION)
                .bind("id", id)
                .mapTo(String.class)
                .map(OrganizationId::new)
                .findOne();
    }

    /** Whose session it is. */
    Optional<String> findSubjectLocked(Tx tx, OrganizationId organization, String id, Instant now) {
        return tx
                .handle()
                .createQuery(LOCK)
                .bind("id", id)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .mapTo(String.class)
                .stream()
                .findFirst();
    }

    void delete(Tx tx, OrganizationId organization, String id) {
        tx.handle()
                .createUpdate(DELETE)
                .bind("id", id)
                .bind("organization", organization.value())
                .execute();
    }
}
