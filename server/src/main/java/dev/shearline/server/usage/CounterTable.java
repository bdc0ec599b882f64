package dev.shearline.server.usage;

import dev.shearline.token.ApiKeyId;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Counters by key, hour and outcome, in memory that may be a file's: an open-addressing table of slots of {@value #SLOT_BYTES} bytes. A
 * counter is found by hashing into the very cache line that it is in, so that nothing has to be kept beside the key, not even of the dead
 * ones. No lock, no allocation: a killed process leaves what it has counted.
 *
 * <h2>Slots</h2>
 * Four words: the key (its high part, with a bit that no empty slot has); the meaning (low part of the key, outcome, hour, and 20 bits that
 * prove the whole); the count; and what the costs were beyond one each. An empty slot holds the generation in the first two.
 *
 * <h2>Generations</h2>
 * A table lives many times, one generation after the other, and is sealed at the end of each. The two counts carry the generation and a seal
 * in their upper bits, and are raised by compare-and-exchange alone. So whoever comes late, with a slot in hand that has been sealed, read
 * and given to another key since, changes nothing and is told to look again: what was read at the seal is final, without waiting for anybody.
 *
 * <h2>Faults</h2>
 * Where the disk copies what is written and has no room, or fails, a page may refuse a store. The JVM tells of it by an {@link InternalError}
 * at the thread's next safepoint, which may be far from here: so each count looks whether it is there, and {@link #awaitFault} has the error
 * told at once.
 */
final class CounterTable {

    static final int SLOT_BYTES = 32;
    /** Slots that are looked at before the table counts as full: it is three quarters full then, or nearly. */
    static final int PROBES_MAX = 128;

    static final int GENERATION_MAX = (1 << 11) - 1;
    static final int COUNT = 16;
    static final int EXTRA = 24;

    private static final int MEANING = 8;
    private static final int COUNT_BITS = 52;
    private static final long SEALED = 1L << 63;
    private static final long VALUE = (1L << COUNT_BITS) - 1;
    private static final long IS_KEY = 1L << 62;
    private static final int LOW_BITS = 12;
    private static final int OUTCOME_BITS = 8;
    private static final int HOUR_BITS = 24;
    private static final int PROVEN_BITS = LOW_BITS + OUTCOME_BITS + HOUR_BITS;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final int mask;
    private volatile int generation;

    /** @param memory of a power of two slots */
    CounterTable(MemorySegment memory, int generation) {
        this.memory = memory;
        this.mask = (int) (memory.byteSize() / SLOT_BYTES) - 1;
        this.generation = generation;
    }

    int slots() {
        return mask + 1;
    }

    int generation() {
        return generation;
    }

    /**
     * Raises a counter.
     *
     * @param word {@link #COUNT} or {@link #EXTRA}
     * @param by more than nothing
     * @return false when there is no room, or the table has been sealed: nothing is counted then
     * @throws InternalError when its memory cannot be written: nothing is counted then either
     */
    boolean raise(long keyHigh, int keyLow, int hour, int outcome, int word, long by) {
        int now = generation;
        long key = keyHigh | IS_KEY;
        long what = (long) hour << (LOW_BITS + OUTCOME_BITS) | (long) outcome << LOW_BITS | keyLow;
        long mixed = mix(key, what);
        what |= (mixed >>> PROVEN_BITS) << PROVEN_BITS;
        for (int probe = 0; probe < PROBES_MAX; probe++) {
            long slot = (long) (((int) mixed + probe) & mask) * SLOT_BYTES;
            if (isOrBecomes(slot, now, key) && isOrBecomes(slot + MEANING, now, what)) {
                return raise(slot + word, now, by);
            }
        }
        return false;
    }

    /** Whether the word holds this, or was empty and now does. A slot is claimed once in a generation, word by word, by whoever is first. */
    private boolean isOrBecomes(long at, long empty, long wanted) {
        long held = (long) WORD.getAcquire(memory, at);
        if (held == empty) {
            held = (long) WORD.compareAndExchange(memory, at, empty, wanted);
            return held == empty || held == wanted;
        }
        return held == wanted;
    }

    private boolean raise(long at, int now, long by) {
        long held = (long) WORD.getVolatile(memory, at);
        while (held >>> COUNT_BITS == now) {
            long seen = (long) WORD.compareAndExchange(memory, at, held, held + by);
            if (seen == held) {
                // counts only grow: whoever finds the old one again has written nothing
                if ((long) WORD.getVolatile(memory, at) == held) {
                    throw new InternalError("a page of a usage file cannot be written");
                }
                return true;
            }
            held = seen;
        }
        return false;
    }

    /** From now on nothing is counted here, and what {@link #each} says is final. */
    void seal() {
        for (int i = 0; i <= mask; i++) {
            WORD.getAndBitwiseOr(memory, (long) i * SLOT_BYTES + COUNT, SEALED);
            WORD.getAndBitwiseOr(memory, (long) i * SLOT_BYTES + EXTRA, SEALED);
        }
    }

    /** Empties the sealed table for its next life, which begins when it is opened. */
    void empty(int next) {
        for (int i = 0; i <= mask; i++) {
            long slot = (long) i * SLOT_BYTES;
            WORD.setVolatile(memory, slot, (long) next);
            WORD.setVolatile(memory, slot + MEANING, (long) next);
            WORD.setVolatile(memory, slot + COUNT, (long) next << COUNT_BITS);
            WORD.setVolatile(memory, slot + EXTRA, (long) next << COUNT_BITS);
        }
    }

    void open(int next) {
        generation = next;
    }

    /** Has the JVM tell what it may still have to tell of a page that could not be read or written. */
    @SuppressWarnings("ThreadPriorityCheck") // not for other threads: on the way back from the call the error is thrown
    static void awaitFault() {
        Thread.yield();
    }

    /** What a slot holds. */
    @FunctionalInterface
    interface Visitor {
        /** @param extra what the costs were beyond one each */
        void see(int slot, ApiKeyId key, int hour, int outcome, long count, long extra);
    }

    /** Every counter of this life. Slots that are half claimed, of another life or damaged are passed over: nothing was counted there. */
    void each(Visitor visitor) {
        each(0, slots(), visitor);
    }

    /** Those of some slots. */
    void each(int from, int to, Visitor visitor) {
        int now = generation;
        for (int i = from; i < to; i++) {
            long slot = (long) i * SLOT_BYTES;
            long key = (long) WORD.getAcquire(memory, slot);
            long what = (long) WORD.getAcquire(memory, slot + MEANING);
            long proven = what & ((1L << PROVEN_BITS) - 1);
            if ((key & IS_KEY) != 0 && mix(key, proven) >>> PROVEN_BITS == what >>> PROVEN_BITS) {
                long count = value((long) WORD.getVolatile(memory, slot + COUNT), now);
                long extra = value((long) WORD.getVolatile(memory, slot + EXTRA), now);
                if (count + extra > 0) {
                    visitor.see(
                            i,
                            ApiKeyId.of(key ^ IS_KEY, (int) (proven & ((1 << LOW_BITS) - 1))),
                            (int) (proven >>> (LOW_BITS + OUTCOME_BITS)),
                            (int) (proven >>> LOW_BITS) & ((1 << OUTCOME_BITS) - 1),
                            count,
                            extra);
                }
            }
        }
    }

    private static long value(long word, int generation) {
        return (word & ~SEALED) >>> COUNT_BITS == generation ? word & VALUE : 0;
    }

    /** The end of MurmurHash3 over both: the low bits say where, the high bits prove that the two belong together. */
    private static long mix(long key, long what) {
        long mixed = key ^ (what * 0x9E3779B97F4A7C15L);
        mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
