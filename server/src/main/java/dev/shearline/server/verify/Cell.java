package dev.shearline.server.verify;

import org.jspecify.annotations.Nullable;

/**
 * The place of one record, by id. Keys refer to the place, not to the record: a suspension or a demotion replaces one record and reaches
 * every key at once. Empty while the record is not known, which entitles to nothing.
 */
final class Cell<R> {

    final String id;
    volatile @Nullable R record;

    Cell(String id) {
        this.id = id;
    }
}
