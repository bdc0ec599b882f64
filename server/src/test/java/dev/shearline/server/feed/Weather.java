package dev.shearline.server.feed;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/** How long things take in one schedule: mostly a moment, at times long, now and then too long. */
final class Weather {

    private final Random random;
    private final double travelRough;
    private final double commitRough;
    private final double lost;
    private boolean calm;
    private long nextCommit;

    Weather(Random random) {
        this.random = random;
        this.travelRough = roughness();
        this.commitRough = roughness();
        this.lost = random.nextInt(3) == 0 ? 0.01 * random.nextDouble() : 0;
    }

    private double roughness() {
        return random.nextInt(3) == 0 ? 0 : 0.15 * random.nextDouble();
    }

    /** From now on nothing is lost, and all is quick. */
    void calm() {
        calm = true;
    }

    long travel() {
        return pause(travelRough);
    }

    long commit() {
        long asked = nextCommit;
        nextCommit = 0;
        return asked > 0 ? asked : pause(commitRough);
    }

    /** The next commit takes so long. */
    void nextCommit(long nanos) {
        nextCommit = nanos;
    }

    /** Inside the database, where nobody waits for a client. */
    long moment() {
        return millis(0.2, 3);
    }

    boolean loses() {
        return !calm && random.nextDouble() < lost;
    }

    private long pause(double rough) {
        if (calm || random.nextDouble() >= rough) {
            return millis(0.2, 8);
        }
        double dice = random.nextDouble();
        return dice < 0.6 ? millis(8, 400) : dice < 0.9 ? millis(400, 4_000) : millis(4_000, 8_000);
    }

    private long millis(double from, double to) {
        return (long) ((from + random.nextDouble() * (to - from)) * TimeUnit.MILLISECONDS.toNanos(1));
    }
}
