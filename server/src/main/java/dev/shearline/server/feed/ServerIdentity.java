package dev.shearline.server.feed;

/**
 * Which PostgreSQL process answered: its start time and the system identifier. When it changes (restart, failover, restore), what was
 * read before may have been lost, without a number missing.
 */
public record ServerIdentity(String startedAt) {

    /**
     * Start times are in microseconds and differ between any two servers, a standby and its primary too. The system identifier would add
     * nothing: a standby, a restore and a clone share it.
     */
    public static final String COLUMN =
            "extract(epoch FROM pg_postmaster_start_time())::text || '/' || pg_is_in_recovery()::text AS server";
}
