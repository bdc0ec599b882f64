package dev.shearline.client;

/** What is remembered goes by this: SHA-256 of the key, and what was required of it. The address is no part of it. */
class Asked {

    final long a;
    final long b;
    final long c;
    final long d;
    final Requirement requirement;

    Asked(long a, long b, long c, long d, Requirement requirement) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
        this.requirement = requirement;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Asked asked
                && ((a ^ asked.a) | (b ^ asked.b) | (c ^ asked.c) | (d ^ asked.d)) == 0
                && requirement.equals(asked.requirement);
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(a) ^ requirement.hashCode();
    }
}
