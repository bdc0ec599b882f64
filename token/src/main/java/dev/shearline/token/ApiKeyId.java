package dev.shearline.token;

import java.security.SecureRandom;
import java.util.Optional;

/**
 * The public id of a key: {@code key_} and the 12 base62 characters that the key itself carries. Held as two numbers, the value of the
 * first ten characters and that of the last two, so that millions of them fit in memory.
 */
public final class ApiKeyId implements Comparable<ApiKeyId> {

    public static final String PREFIX = "key_";
    public static final int BODY_LENGTH = 12;

    private static final int LENGTH = PREFIX.length() + BODY_LENGTH;
    private static final int HIGH_LENGTH = 10;
    private static final long HIGH_END = 839_299_365_868_340_224L;
    private static final int LOW_END = Base62.RADIX * Base62.RADIX;

    private final long high;
    private final int low;

    private ApiKeyId(long high, int low) {
        this.high = high;
        this.low = low;
    }

    public static ApiKeyId of(long high, int low) {
        if (high < 0 || high >= HIGH_END || low < 0 || low >= LOW_END) {
            throw new IllegalArgumentException("not the numbers of a key id");
        }
        return new ApiKeyId(high, low);
    }

    /** One that no key has, as far as chance can tell. */
    public static ApiKeyId random(SecureRandom random) {
        return ofBody(Base62.random(random, BODY_LENGTH), 0);
    }

    /** Of the form {@code key_<12 base62 characters>}; empty for anything else. */
    public static Optional<ApiKeyId> find(String text) {
        return text.length() == LENGTH && text.startsWith(PREFIX) && Base62.isBase62(text, PREFIX.length(), LENGTH)
                ? Optional.of(ofBody(text, PREFIX.length()))
                : Optional.empty();
    }

    /** Of the 12 base62 characters at a place in a well-formed key. */
    static ApiKeyId ofBody(CharSequence text, int start) {
        return new ApiKeyId(
                number(text, start, start + HIGH_LENGTH), (int) number(text, start + HIGH_LENGTH, start + BODY_LENGTH));
    }

    private static long number(CharSequence text, int start, int end) {
        long value = 0;
        for (int i = start; i < end; i++) {
            value = value * Base62.RADIX + Base62.digit(text.charAt(i));
        }
        return value;
    }

    public long high() {
        return high;
    }

    /** Below 3,844: twelve bits. */
    public int low() {
        return low;
    }

    @Override
    public int compareTo(ApiKeyId other) {
        int byHigh = Long.compare(high, other.high);
        return byHigh != 0 ? byHigh : Integer.compare(low, other.low);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApiKeyId id && high == id.high && low == id.low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + low;
    }

    @Override
    public String toString() {
        char[] text = new char[LENGTH];
        PREFIX.getChars(0, PREFIX.length(), text, 0);
        write(text, high, PREFIX.length(), PREFIX.length() + HIGH_LENGTH);
        write(text, low, PREFIX.length() + HIGH_LENGTH, LENGTH);
        return new String(text);
    }

    private static void write(char[] text, long value, int start, int end) {
        long rest = value;
        for (int i = end - 1; i >= start; i--) {
            text[i] = Base62.character((int) (rest % Base62.RADIX));
            rest /= Base62.RADIX;
        }
    }
}
