package dev.shearline.server.db.embedded;

import java.nio.file.Path;

/** Where the programs {@code initdb}, {@code pg_ctl} and {@code postgres} come from. */
public sealed interface PostgresBinaries {

    /**
     * The PostgreSQL that Shearline brings along, unpacked once a version into a cache that its account can reach.
     *
     * @param cache the directory that holds one directory per version
     */
    record Bundled(Path cache) implements PostgresBinaries {}

    /**
     * A PostgreSQL that the machine has already, version 15 or later.
     *
     * @param bin the directory that holds {@code postgres}, such as {@code /usr/lib/postgresql/15/bin}
     */
    record Installed(Path bin) implements PostgresBinaries {}

    /** Returns the bundled binaries with the cache where this system keeps caches. */
    static PostgresBinaries bundled() {
        return new Bundled(BinaryCache.defaultDirectory());
    }
}
