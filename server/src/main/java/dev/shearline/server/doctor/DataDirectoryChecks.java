package dev.shearline.server.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Whether this node can keep its own files. */
final class DataDirectoryChecks {

    static final long FREE_FAIL_BYTES = 100L * 1024 * 1024;
    static final long FREE_WARN_BYTES = 1024L * 1024 * 1024;

    private static final String DIRECTORY = "data directory";
    private static final String DISK = "disk";
    private static final int BYTES_OF_A_MIB = 1024 * 1024;
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    private DataDirectoryChecks() {}

    static List<Finding> look(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of(Finding.warn(
                    DIRECTORY, directory + " is missing: a node will make it", "install -d -m 700 " + directory));
        }
        try {
            return List.of(
                    access(directory),
                    space(directory, Files.getFileStore(directory).getUsableSpace()));
        } catch (IOException e) {
            return List.of(
                    Finding.fail(DIRECTORY, directory + " cannot be looked at (" + e + ")", "ls -ld " + directory));
        }
    }

    private static Finding access(Path directory) throws IOException {
        try {
            Files.delete(Files.createTempFile(directory, "doctor", ".tmp"));
        } catch (IOException e) {
            return Finding.fail(
                    DIRECTORY,
                    directory + " cannot be written to (" + e.getClass().getSimpleName() + ")",
                    "chown \"$(id -un)\" " + directory + " && chmod 700 " + directory);
        }
        var permissions = Files.getPosixFilePermissions(directory);
        var others = EnumSet.copyOf(permissions);
        others.removeAll(OWNER);
        var seen = directory + ", " + PosixFilePermissions.toString(permissions);
        return others.isEmpty()
                ? Finding.ok(DIRECTORY, seen)
                : Finding.warn(DIRECTORY, seen + ": others may enter", "chmod 700 " + directory);
    }

    static Finding space(Path directory, long freeBytes) {
        var seen = freeBytes / BYTES_OF_A_MIB + " MiB free at " + directory;
        if (freeBytes >= FREE_WARN_BYTES) {
            return Finding.ok(DISK, seen);
        }
        var mend = "du -xm " + directory + " | sort -n | tail";
        return freeBytes < FREE_FAIL_BYTES ? Finding.fail(DISK, seen, mend) : Finding.warn(DISK, seen, mend);
    }
}
