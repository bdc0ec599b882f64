package dev.shearline.server.feed;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The SQL of numbering. */
final class Numbers {

    private static final String NUMBER = "SELECT number_entries()";
    private static final String OF_ENTRIES =
            "SELECT id, epoch, tag FROM feed_entry WHERE id = ANY (:ids) AND epoch IS NOT NULL";
    private static final String HEAD =
            "SELECT epoch, tag FROM feed_entry WHERE epoch IS NOT NULL ORDER BY epoch DESC LIMIT 1";
    private static final String NOTIFY = "SELECT pg_notify('" + WakeUp.CHANNEL + "', '')";

    private Numbers() {}

    /** Numbers what is committed and waiting; returns how many, or -1 when somebody else is at it. */
    static int number(Handle handle) {
        return handle.createQuery(NUMBER).mapTo(Integer.class).one();
    }

    /** The numbers of those entries that have one. */
    static Map<UUID, Epoch> ofEntries(Handle handle, Collection<UUID> entries) {
        var numbers = new HashMap<UUID, Epoch>();
        handle.createQuery(OF_ENTRIES)
                .bindArray("ids", UUID.class, entries.toArray())
                .map((row, _) ->
                        Map.entry(row.getObject("id", UUID.class), new Epoch(row.getLong("epoch"), row.getLong("tag"))))
                .forEach(entry -> numbers.put(entry.getKey(), entry.getValue()));
        return numbers;
    }

    static Epoch head(Handle handle) {
        return handle.createQuery(HEAD)
                .map((row, _) -> new Epoch(row.getLong("epoch"), row.getLong("tag")))
                .one();
    }

    static void notifyNodes(Handle handle) {
        handle.createQuery(NOTIFY).mapTo(String.class).one();
    }
}
