package dev.shearline.server.db.embedded;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How much PostgreSQL keeps in memory. Lists of a million keys want more than small machines have: an eighth, as much as that needs at most.
 *
 * @param own its cache, in MB
 * @param withSystem with what the system keeps of its files
 */
record CacheSize(long own, long withSystem) {

    private static final long MEGABYTE = 1 << 20;
    private static final int SHARE = 8;
    private static final int SHARE_WITH_SYSTEM = 2;
    private static final long OWN_MIN = 128;
    private static final long OWN_MAX = 1024;

    static CacheSize ofThisMachine() {
        return of(
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
    }

    static CacheSize of(long bytes) {
        long machine = bytes / MEGABYTE;
        long own = Math.clamp(machine / SHARE, OWN_MIN, OWN_MAX);
        return new CacheSize(own, Math.max(own, machine / SHARE_WITH_SYSTEM));
    }
}
