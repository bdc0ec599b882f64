package dev.shearline.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of keys. The tools lie in a few places and not with threads: a virtual thread would make them
 * anew for each request. The bytes of a key are gone when its digest is there.
 */
final class Digesters {

    /** In UTF-8; no key is longer. */
    static final int KEY_BYTES_MAX = 512;

    private static final int PLACES = 32;
    private static final int DIGEST_BYTES = 32;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final AtomicReferenceArray<@Nullable Digester> places = new AtomicReferenceArray<>(PLACES);

    /** What a digest is made with, by one thread at a time. */
    private static final class Digester {
        private final MessageDigest sha256;
        private final byte[] out = new byte[DIGEST_BYTES];

        Digester() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        Asked digest(byte[] key, Requirement requirement) {
            try {
                sha256.update(key);
                sha256.digest(out, 0, DIGEST_BYTES);
            } catch (DigestException e) {
                throw new IllegalStateException("there is room for it", e);
            }
            return new Asked(
                    (long) LONGS.get(out, 0),
                    (long) LONGS.get(out, 8),
                    (long) LONGS.get(out, 16),
                    (long) LONGS.get(out, 24),
                    requirement);
        }
    }

    /** Null where the text is empty or too long: it is no key. */
    @Nullable
    Asked digest(String key, Requirement requirement) {
        if (key.isEmpty() || key.length() > KEY_BYTES_MAX) {
            return null;
        }
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > KEY_BYTES_MAX) {
            return null;
        }
        int place = (int) Thread.currentThread().getId() & PLACES - 1;
        var found = places.getAndSet(place, null);
        var digester = found == null ? new Digester() : found;
        var digest = digester.digest(bytes, requirement);
        places.lazySet(place, digester);
        Arrays.fill(bytes, (byte) 0);
        return digest;
    }
}
