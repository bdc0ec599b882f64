package dev.shearline.server.evidence;

import java.util.List;

/** What an export is worth. */
public sealed interface ExportReport {

    /**
     * Every event is there, in order and unaltered.
     *
     * @param covered the last event that a checkpoint covers; 0 for none
     * @param erased events whose personal fields were erased: that breaks nothing
     * @param erasures events that say that somebody was erased
     * @param held how many kept checkpoints of this chain it was held against
     * @param signers whose signatures cover what; whoever does not know these keys must not rely on them
     * @param unsealed ids of events that had no seal yet: nothing can be said of them
     */
    record Whole(
            String chain,
            long from,
            long to,
            long head,
            long checkpoints,
            long covered,
            long erased,
            long erasures,
            long held,
            List<Signer> signers,
            List<String> unsealed)
            implements ExportReport {

        public Whole {
            signers = List.copyOf(signers);
            unsealed = List.copyOf(unsealed);
        }
    }

    /** A key, and the events that its checkpoints cover. */
    record Signer(String key, long from, long to) {}

    /**
     * The first place that is wrong.
     *
     * @param line of the export, from 1
     * @param place such as {@code seq 12} or {@code checkpoint 3}
     */
    record Broken(long line, String place, String fault) implements ExportReport {}
}
