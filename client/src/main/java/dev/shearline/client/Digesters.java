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
 * SHA-256 of keys, without an object for each. The tools lie in a few places and not with threads: a virtual thread would make them
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
        private final byte[] in = new byte[KEY_BYTES_MAX];
        private final byte[] out = new byte[DIGEST_BYTES];

        Digester() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        Asked digest(String key, Requirement requirement) {
            int length = copy(key);
            try {
                sha256.update(in, 0, length);
                sha256.digest(out, 0, DIGEST_BYTES);
            } catch (DigestException e) {
                throw new IllegalStateException("there is room for it", e);
            } finally {
                Arrays.fill(in, 0, length, (byte) 0);
            }
            return new Asked(
                    (long) LONGS.get(out, 0),
                    (long) LONGS.get(out, 8),
                    (long) LONGS.get(out, 16),
                    (long) LONGS.get(out, 24),
                    requirement);
        }

        private int copy(String key) {
            int length = key.length();
            int all = 0;
            for (int i = 0; i < length; i++) {
                char c = key.charAt(i);
                all |= c;
                in[i] = (byte) c;
            }
            if (all < 0x80) {
                return length;
            }
            var bytes = key.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bytes, 0, in, 0, bytes.length);
            return bytes.length;
        }
    }

    /** Whether a text can be a key at all; of none other is a digest made. */
    static boolean canBeKey(String key) {
        int length = key.length();
        // three bytes a character at most
        return length > 0
                && (length <= KEY_BYTES_MAX / 3 || key.getBytes(StandardCharsets.UTF_8).length <= KEY_BYTES_MAX);
    }

    Asked digest(String key, Requirement requirement) {
        int place = (int) Thread.currentThread().getId() & PLACES - 1;
        var found = places.getAndSet(place, null);
        var digester = found == null ? new Digester() : found;
        var digest = digester.digest(key, requirement);
        places.lazySet(place, digester);
        return digest;
    }
}
