package dev.shearline.server.http;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers requests: a random prefix drawn once a process, then a counter. Unique across nodes, guessable, no secret. */
final class RequestIds {

    private static final int RADIX = 36;
    private static final int CHARACTERS_MIN = 8;
    private static final int CHARACTERS_MAX = 64;

    private final String prefix;
    private final AtomicLong counter = new AtomicLong();

    RequestIds(SecureRandom random) {
        this.prefix = "req_" + Long.toUnsignedString(random.nextLong(), RADIX) + "_";
    }

    String next() {
        return prefix + Long.toString(counter.incrementAndGet(), RADIX);
    }

    /** Letters, digits and {@code _ . -}: what can be logged and echoed as it is. */
    static boolean isSafe(String text) {
        if (text.length() < CHARACTERS_MIN || text.length() > CHARACTERS_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean safe = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!safe && c != '_' && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }
}
