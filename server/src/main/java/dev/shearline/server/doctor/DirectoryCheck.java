package dev.shearline.server.doctor;

import dev.shearline.server.config.Settings;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether a node of this configuration holds all keys. */
final class DirectoryCheck {

    /** With those that a node counts as live: until they have been expired for 90 days. */
    private static final String LIVE = """
            SELECT count(*) FROM api_key WHERE state IN ('active', 'disabled') AND expires_at > now() - interval '90 days'
            """;

    private static final int BYTES_A_MIB = 1 << 20;
    private static final int HEAP_MIN_MIB = 512;

    private DirectoryCheck() {}

    static List<Finding> look(Handle handle, Settings.Directory directory) {
        long live = handle.createQuery(LIVE).mapTo(Long.class).one();
        var figure = live + " live keys, room for " + directory.maxKeys()
                + " (directory.max-keys, or by the heap of this program)";
        return List.of(
                live <= directory.maxKeys()
                        ? Finding.ok("directory", figure)
                        : Finding.warn(
                                "directory",
                                figure + ": nodes read those that few ask for from PostgreSQL",
                                "export SHEARLINE_DIRECTORY_MAX_KEYS=" + Math.min(2 * live, Settings.Directory.KEYS_MAX)
                                        + " SHEARLINE_JAVA_OPTS=-Xmx"
                                        + Math.max(
                                                2 * live * Settings.Directory.HEAP_BYTES_A_KEY / BYTES_A_MIB,
                                                HEAP_MIN_MIB)
                                        + "m   # where each node is started"));
    }
}
