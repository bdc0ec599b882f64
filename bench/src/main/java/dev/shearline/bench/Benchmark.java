package dev.shearline.bench;

/** One benchmark: makes everything it needs, measures, reports, and leaves nothing behind. */
interface Benchmark {

    void run(Report report) throws Exception;
}
