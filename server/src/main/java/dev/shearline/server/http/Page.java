package dev.shearline.server.http;

import java.util.List;
import java.util.Optional;

/** A page of a list as it goes over the wire: {@code {items, next_cursor}}, the cursor null on the last one. */
public record Page<T>(List<T> items, Optional<String> nextCursor) {

    public Page {
        items = List.copyOf(items);
    }
}
