package dev.shearline.server.idempotency;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A request that came with the header: who asks, what names the request, what opens its answer, and what it asks for. */
final class Repeatable {

    private static final byte[] HASH_LABEL = "shearline/idempotency-hash".getBytes(StandardCharsets.UTF_8);
    private static final byte[] REQUEST_LABEL = "shearline/idempotency-request".getBytes(StandardCharsets.UTF_8);

    private final Actor actor;
    private final Secret header;
    private final Secret credential;
    private final byte[] hash;
    private final byte[] fingerprint;

    Repeatable(Actor actor, Secret header, Secret credential, String operation, byte[] body) {
        this.actor = actor;
        this.header = header;
        this.credential = credential;
        this.hash = sha256(HASH_LABEL, header.reveal().getBytes(StandardCharsets.UTF_8));
        this.fingerprint = sha256(REQUEST_LABEL, operation.getBytes(StandardCharsets.UTF_8), body);
    }

    Actor actor() {
        return actor;
    }

    /** Where the actor belongs, and so its row. */
    OrganizationId home() {
        return actor.organizationOf().orElse(OrganizationId.INSTANCE);
    }

    /** The key, the membership, the embed's owner. */
    String actorId() {
        return actor.id();
    }

    byte[] hash() {
        return hash.clone();
    }

    /** Of all that is asked for. Leaves this process only inside what is sealed. */
    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** What only the caller has: each part with its length before it. */
    byte[] keyMaterial() {
        return framed(
                header.reveal().getBytes(StandardCharsets.UTF_8),
                credential.reveal().getBytes(StandardCharsets.UTF_8));
    }

    /** Ties what is sealed to its row. */
    byte[] row() {
        return framed(
                home().value().getBytes(StandardCharsets.UTF_8), actorId().getBytes(StandardCharsets.UTF_8), hash);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(framed(parts));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static byte[] framed(byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += Integer.BYTES + part.length;
        }
        var framed = ByteBuffer.allocate(length);
        for (var part : parts) {
            framed.putInt(part.length).put(part);
        }
        return framed.array();
    }
}
