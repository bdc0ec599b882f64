package dev.shearline.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/** Small files with keys and names in them. */
final class PrivateFile {
    private static final int BYTES_MAX = 4096;

    private PrivateFile() {}

    static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return read(in, file.toString());
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    /** As much as a file may have, of something that has no name. */
    static String read(InputStream in, String what) {
        try {
            return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw unreadable(what, e);
        }
    }

    private static CommandFailure unreadable(String what, IOException e) {
        return new CommandFailure(
                ExitCode.USAGE, "Cannot read " + what + " (" + e.getClass().getSimpleName() + ").", e);
    }

    /** Of a file that nobody but its owner may read. */
    static String readSecret(Path file) {
        requirePrivate(file);
        return read(file);
    }

    static void requirePrivate(Path file) {
        try {
            var others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
            others.removeAll(EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE));
            if (!others.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        "Others can read " + file + ", which has a key in it. Run: chmod 600 " + file);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, Text.cannotRead(file.toString(), e), e);
        }
    }
}
