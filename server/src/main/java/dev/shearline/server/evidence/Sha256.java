package dev.shearline.server.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes of spec/audit.md. */
final class Sha256 {

    static final int BYTES = 32;

    private Sha256() {}

    static byte[] of(byte[]... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Of an event in its chain. */
    static byte[] link(byte[] previous, long seq, byte[] bytes) {
        return of(previous, bigEndian(seq), bytes);
    }

    /** Of a chain's head in a checkpoint: tells nothing to whoever does not have the nonce. */
    static byte[] leaf(byte[] nonce, long seq, byte[] hash, String chain) {
        return of(nonce, bigEndian(seq), hash, chain.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bigEndian(long seq) {
        return ByteBuffer.allocate(Long.BYTES).putLong(seq).array();
    }
}
