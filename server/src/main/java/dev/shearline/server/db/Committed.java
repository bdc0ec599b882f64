package dev.shearline.server.db;

import java.util.List;
import java.util.UUID;

/** What a committed transaction answered, and the feed entries that it wrote. */
public record Committed<T>(T value, List<UUID> entries, long committedNanos) {

    public <R> Committed<R> with(R other) {
        return new Committed<>(other, entries, committedNanos);
    }
}
