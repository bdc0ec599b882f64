package dev.shearline.bench;

import java.util.List;

/** Measured values, sorted. */
record Samples(List<Double> sorted) {

    Samples {
        sorted = sorted.stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
    }

    static Samples of(List<Double> values) {
        return new Samples(values);
    }

    double median() {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The smallest value that this share of all does not exceed; {@code share} is above 0 and at most 1. */
    double percentile(double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    double min() {
        return sorted.getFirst();
    }

    double max() {
        return sorted.getLast();
    }

    int count() {
        return sorted.size();
    }
}
