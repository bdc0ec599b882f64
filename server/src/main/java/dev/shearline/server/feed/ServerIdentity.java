package dev.shearline.server.feed;

/**
 * Which PostgreSQL process answered: its start time and the system identifier. When it changes (restart, failover, restore), what was
 * read before may have been lost, without a number missing.
 */
record ServerIdentity(String startedAt) {

    /** The system identifier is added where the role may read it; the start time differs between two servers in any case. */
    static final String COLUMN =
            "extract(epoch FROM pg_postmaster_start_time())::text || '/' || pg_is_in_recovery()::text AS server";
}
