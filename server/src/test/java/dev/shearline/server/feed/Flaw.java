package dev.shearline.server.feed;

/** A rule of the protocol that is left out, to see that somebody notices. */
enum Flaw {
    NONE,
    /** The feed is read with the snapshot of the renewal, before that is committed. */
    READS_AS_IT_RENEWS,
    /** Freshness counts from when the answer has come. */
    FRESH_FROM_AFTER,
    /** What is loaded is answered from at once. */
    JOINS_WITHOUT_A_POLL,
    /** Every server calls itself the same. */
    NO_SERVER(true),
    /** Equal numbers are equal history. */
    NO_TAGS(true),
    /** The numberer looks for entries with the snapshot in which it has locked. */
    NUMBERS_IN_ONE_STATEMENT,
    /** Only who commits numbers; a poll does not. */
    NO_NUMBERING_IN_POLLS,
    /** Freshness goes on while an entry has no number. */
    NEVER_LATE,
    /** A position counts in any history. */
    ACKNOWLEDGES_ANY_HISTORY(true),
    /** A lease ends before the freshness of its node does. */
    SHORT_LEASES,
    /** A key that was known as revoked lives again when a failover has brought it back. */
    FORGETS_THE_DEAD(true),
    /** A line that says nothing is waited for, though another one answers. */
    WAITS_FOR_THE_SILENT,
    /** Entries carry a version above that of their change. */
    VERSIONS_TOO_HIGH;

    private final boolean forks;

    Flaw() {
        this(false);
    }

    Flaw(boolean forks) {
        this.forks = forks;
    }

    /** Whether it shows when history forks, and only then. */
    boolean forks() {
        return forks;
    }
}
