package dev.shearline.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keys that go into one request.
 *
 * @param places in the file, of each key
 */
record ImportBatch(List<Integer> places, List<ObjectNode> items) {
    /** Half of what the API takes: a request is answered well before it would be given up. */
    static final int KEYS_MAX = 500;

    /** Of the 1 MiB that a body may have. */
    static final int BYTES_MAX = 900_000;

    /** As many requests as the limits need. */
    static List<ImportBatch> of(List<Integer> places, List<ObjectNode> items) {
        var batches = new ArrayList<ImportBatch>();
        int start = 0;
        int bytes = 0;
        for (int i = 0; i < items.size(); i++) {
            int size = items.get(i).toString().getBytes(StandardCharsets.UTF_8).length + 1;
            if (i > start && (i - start == KEYS_MAX || bytes + size > BYTES_MAX)) {
                batches.add(new ImportBatch(places.subList(start, i), items.subList(start, i)));
                start = i;
                bytes = 0;
            }
            bytes += size;
        }
        if (start < items.size()) {
            batches.add(new ImportBatch(places.subList(start, items.size()), items.subList(start, items.size())));
        }
        return batches;
    }

    ObjectNode body(boolean dryRun) {
        var body = ApiClient.object();
        body.putArray("items").addAll(items);
        return body.put("dry_run", dryRun);
    }
}
