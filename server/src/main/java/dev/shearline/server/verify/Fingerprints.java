package dev.shearline.server.verify;

import dev.shearline.token.KeyDigest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a key may exist: 64 bits of the digest of each, in an open-addressing array of longs. Says yes for one unknown key in 2<sup>64</sup>
 * divided by their number, which costs a read, and never no for a known one.
 *
 * <p>One writer at a time; any number of readers without locks. Nothing is taken out: two keys might share a fingerprint.
 */
final class Fingerprints {

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int CAPACITY_MIN = 1 << 10;
    private static final long EMPTY = 0;

    private volatile long[] slots;
    private int size;

    Fingerprints(long expected) {
        slots = new long[capacityFor(expected)];
    }

    boolean mayHold(KeyDigest digest) {
        var current = slots;
        long fingerprint = of(digest);
        for (int i = first(fingerprint, current.length); ; i = next(i, current.length)) {
            long slot = (long) SLOT.getAcquire(current, i);
            if (slot == fingerprint) {
                return true;
            }
            if (slot == EMPTY) {
                return false;
            }
        }
    }

    void add(KeyDigest digest) {
        if ((size + 1) * 4L > slots.length * 3L) {
            grow();
        }
        if (place(slots, of(digest))) {
            size++;
        }
    }

    int size() {
        return size;
    }

    private void grow() {
        var larger = new long[capacityFor(size + 1L)];
        for (long slot : slots) {
            if (slot != EMPTY) {
                place(larger, slot);
            }
        }
        slots = larger;
    }

    private static boolean place(long[] slots, long fingerprint) {
        int i = first(fingerprint, slots.length);
        while (slots[i] != EMPTY) {
            if (slots[i] == fingerprint) {
                return false;
            }
            i = next(i, slots.length);
        }
        SLOT.setRelease(slots, i, fingerprint);
        return true;
    }

    /** A little more than half full, and grown at three quarters: 11 to 14 bytes a key. */
    private static int capacityFor(long keys) {
        return Math.clamp(keys * 5 / 3, CAPACITY_MIN, Integer.MAX_VALUE - 8);
    }

    private static long of(KeyDigest digest) {
        return digest.b() == EMPTY ? 1 : digest.b();
    }

    /** Any length will do, since any part of a SHA-256 is spread evenly. */
    private static int first(long fingerprint, int length) {
        return (int) Math.unsignedMultiplyHigh(fingerprint, length);
    }

    private static int next(int slot, int length) {
        return slot + 1 == length ? 0 : slot + 1;
    }
}
