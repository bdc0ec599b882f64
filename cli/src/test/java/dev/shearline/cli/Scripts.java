package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Scripts that tests write and run: the launcher, and stand-ins for what it calls. */
final class Scripts {
    private static final int LIMIT_S = 60;

    /** What an ended process has said. */
    record Result(int exitCode, String out, String err) {}

    private Scripts() {}

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The real launcher, in a tree of sources of its own. */
    static void copyLauncher(Path home) throws IOException {
        var top = Path.of("..").toAbsolutePath();
        write(home.resolve("shearline"), Files.readString(top.resolve("shearline")));
        for (var part : List.of("needs.sh", "build.sh", "test.sh", "mutations.sh")) {
            var target = home.resolve("cli/src/launcher").resolve(part);
            Files.createDirectories(target.getParent());
            Files.copy(top.resolve("cli/src/launcher").resolve(part), target);
        }
    }

    static Result finish(Process process) throws Exception {
        try {
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            return new Result(process.exitValue(), out, err);
        } finally {
            process.destroyForcibly();
        }
    }
}
