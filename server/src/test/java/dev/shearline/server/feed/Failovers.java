package dev.shearline.server.feed;

/** What a failover loses. */
enum Failovers {
    NONE,
    /** Only what nobody was told: a synchronous standby, or the same server restarted. */
    NOTHING_SEEN,
    /** The same, and the old primary answers on for a while. */
    BESIDE,
    /** The last commits: an asynchronous standby. */
    COMMITS
}
