package dev.shearline.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * SHA-256 of a whole key, as four big-endian words. It is what is stored and looked up. Plain SHA-256 is enough for 190 random bits, and
 * browsers, SDKs and leak reports compute the same.
 */
public final class KeyDigest {

    public static final int BYTES = 32;

    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(KeyDigest::sha256);
    private static final String HEX = "0123456789abcdef";

    private final long a;
    private final long b;
    private final long c;
    private final long d;

    public KeyDigest(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    public static KeyDigest of(String key) {
        return fromBytes(SHA_256.get().digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    public static KeyDigest of(Secret key) {
        return of(key.reveal());
    }

    public static KeyDigest fromBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes");
        }
        ByteBuffer words = ByteBuffer.wrap(bytes);
        return new KeyDigest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    /** Of 64 hexadecimal digits in either case; empty for anything else. */
    public static Optional<KeyDigest> findHex(String text) {
        if (text.length() != BYTES * 2) {
            return Optional.empty();
        }
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            int high = HEX.indexOf(Character.toLowerCase(text.charAt(2 * i)));
            int low = HEX.indexOf(Character.toLowerCase(text.charAt(2 * i + 1)));
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return Optional.of(fromBytes(bytes));
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }

    public String toHex() {
        StringBuilder hex = new StringBuilder(BYTES * 2);
        for (byte value : toBytes()) {
            hex.append(HEX.charAt(value >> 4 & 0xf)).append(HEX.charAt(value & 0xf));
        }
        return hex.toString();
    }

    public long a() {
        return a;
    }

    public long b() {
        return b;
    }

    public long c() {
        return c;
    }

    public long d() {
        return d;
    }

    /** Looks at every bit, wherever the two differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof KeyDigest digest
                && ((a ^ digest.a) | (b ^ digest.b) | (c ^ digest.c) | (d ^ digest.d)) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }

    @Override
    public String toString() {
        return toHex();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
