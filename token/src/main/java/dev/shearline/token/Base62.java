package dev.shearline.token;

import java.security.SecureRandom;
import java.util.Arrays;

/** The alphabet of keys, {@code 0-9A-Za-z}, and the checksum written in it. */
final class Base62 {

    static final int CHECKSUM_LENGTH = 6;
    static final int RADIX = 62;

    private static final char[] ALPHABET =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();
    /** The largest multiple of 62 below 256: bytes from here on are drawn again, so that no digit is likelier than another. */
    private static final int UNBIASED = 248;

    private static final int[] CRC_TABLE = crcTable();

    /** By character: comparing random characters with the ends of ranges is what a processor predicts worst. */
    private static final byte[] DIGITS = digits();

    private Base62() {}

    /** The value of a digit, or -1. */
    static int digit(char c) {
        return c < DIGITS.length ? DIGITS[c] : -1;
    }

    static char character(int digit) {
        return ALPHABET[digit];
    }

    static boolean isBase62(CharSequence text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (digit(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    static String random(SecureRandom random, int length) {
        char[] characters = new char[length];
        byte[] bytes = new byte[length * 2];
        int filled = 0;
        while (filled < length) {
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length && filled < length; i++) {
                int drawn = bytes[i] & 0xff;
                if (drawn < UNBIASED) {
                    characters[filled++] = ALPHABET[drawn % RADIX];
                }
            }
        }
        return new String(characters);
    }

    /** CRC-32 of the ASCII characters in the range, without making bytes of them. */
    static int crc32(CharSequence text, int start, int end) {
        int crc = ~0;
        for (int i = start; i < end; i++) {
            crc = CRC_TABLE[(crc ^ text.charAt(i)) & 0xff] ^ (crc >>> 8);
        }
        return ~crc;
    }

    static String checksum(CharSequence body) {
        long rest = crc32(body, 0, body.length()) & 0xffffffffL;
        char[] digits = new char[CHECKSUM_LENGTH];
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = ALPHABET[(int) (rest % RADIX)];
            rest /= RADIX;
        }
        return new String(digits);
    }

    /** Whether the six characters at {@code checksumStart} are the checksum of the body before them. */
    static boolean hasChecksum(CharSequence text, int bodyStart, int checksumStart) {
        long claimed = 0;
        for (int i = checksumStart; i < checksumStart + CHECKSUM_LENGTH; i++) {
            claimed = claimed * RADIX + digit(text.charAt(i));
        }
        return claimed == (crc32(text, bodyStart, checksumStart) & 0xffffffffL);
    }

    /** The CRC of the JDK reads bytes; the same polynomial over characters needs its own table. */
    private static int[] crcTable() {
        int[] table = new int[256];
        for (int n = 0; n < table.length; n++) {
            int crc = n;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >>> 1) : crc >>> 1;
            }
            table[n] = crc;
        }
        return table;
    }

    private static byte[] digits() {
        byte[] digits = new byte[128];
        Arrays.fill(digits, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            digits[ALPHABET[i]] = (byte) i;
        }
        return digits;
    }
}
