package dev.shearline.bench;

import com.sun.management.ThreadMXBean;
import dev.shearline.client.RememberedKeys;
import dev.shearline.token.KeyDigest;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/**
 * An answer of the local verifier from memory, one thread, keys in random order: time by call, and bytes. The keys of a block are read just
 * before, as a request has just been read. Its peer is the SHA-256 of the same key, without which there is no answer.
 */
final class LocalVerifierBenchmark implements Benchmark {

    private static final int BLOCK = 64;
    private static final int CALLS = Integer.getInteger("bench.calls", 4_000_000);
    private static final int ROUNDS = 5;
    private static final int COLLECTIONS = 4;

    private final SplittableRandom random = new SplittableRandom(1);

    @Override
    public void run(Report report) {
        var table = report.table("", "p50 ns", "p99 ns", "mean ns", "B a call", "times SHA-256");
        var few = measured(table, 10_000);
        var many = measured(table, 1_000_000);
        table.print();
        report.line("Times include one reading of the clock each, about %.0f ns.", clock());
        report.line("heap: %.0f bytes a key", many.bytesAKey());
        report.target("µs p50 with 10,000 keys", few.p50() / 1_000, "<=", 0.6);
        report.target("µs p50 with 1,000,000 keys", many.p50() / 1_000, "<=", 1.2);
        report.target("bytes allocated a call", Math.max(few.bytes(), many.bytes()), "<=", 200);
    }

    private record Result(double p50, double bytes, double bytesAKey) {}

    private Result measured(Report.Table table, int size) {
        long before = used();
        var keys = new RememberedKeys(size);
        double bytesAKey = (used() - before) / (double) size;
        int[] order = random.ints(CALLS, 0, size).toArray();
        ToIntFunction<String> verify = key -> keys.verify(key).isAllowed() ? 1 : 0;
        ToIntFunction<String> digest = key -> (int) KeyDigest.of(key).a();
        int[] times = new int[CALLS];
        var best = new Round(Double.MAX_VALUE, 0, 0, 0);
        var peer = best;
        for (int i = 0; i < ROUNDS; i++) {
            best = better(best, round(keys, order, times, verify));
            if (keys.takeCounts() != CALLS) {
                throw new IllegalStateException("not every answer was counted");
            }
            peer = better(peer, round(keys, order, times, digest));
        }
        row(table, "%,d keys".formatted(size), best, peer);
        row(table, "  SHA-256 alone", peer, peer);
        return new Result(best.p50, best.bytes, bytesAKey);
    }

    private static void row(Report.Table table, String name, Round round, Round peer) {
        table.row(
                name,
                Report.whole(round.p50),
                Report.whole(round.p99),
                Report.whole(round.mean),
                Report.whole(round.bytes),
                Report.two(round.p50 / peer.p50));
    }

    private record Round(double p50, double p99, double mean, double bytes) {}

    /** Other work on the machine only ever makes a round slower. */
    private static Round better(Round one, Round other) {
        return other.p50 < one.p50 ? other : one;
    }

    private static Round round(RememberedKeys keys, int[] order, int[] times, ToIntFunction<String> call) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var block = new String[BLOCK];
        int sum = 0;
        long bytes = threads.getCurrentThreadAllocatedBytes();
        for (int at = 0; at + BLOCK <= order.length; at += BLOCK) {
            for (int i = 0; i < BLOCK; i++) {
                block[i] = keys.key(order[at + i]);
                sum += block[i].charAt(0) + block[i].charAt(block[i].length() - 1);
            }
            long before = System.nanoTime();
            for (int i = 0; i < BLOCK; i++) {
                sum += call.applyAsInt(block[i]);
                long after = System.nanoTime();
                times[at + i] = (int) (after - before);
                before = after;
            }
        }
        bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
        int measured = order.length / BLOCK * BLOCK;
        int[] sorted = Arrays.copyOf(times, measured);
        Arrays.parallelSort(sorted);
        double mean = Arrays.stream(sorted).average().orElseThrow();
        if (sum == 0) {
            throw new IllegalStateException("nothing was answered");
        }
        return new Round(sorted[measured / 2], sorted[(int) (measured * 0.99)], mean, bytes / (double) measured);
    }

    private static double clock() {
        long began = System.nanoTime();
        for (int i = 0; i < 1_000_000; i++) {
            var _ = System.nanoTime();
        }
        return (System.nanoTime() - began) / 1e6;
    }

    private static long used() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
