package dev.shearline.server.db.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * PostgreSQL's programs, found to run.
 *
 * @param bin the directory they lie in
 * @param version what they say they are, such as {@code 18.6}
 * @param major the part of the version that decides who can read whose data
 */
record Programs(Path bin, String version, int major) {
    private static final int MAJOR_MIN = 15;
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(10);
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*)");

    static Programs of(PostgresBinaries binaries, Account account, Consumer<String> progress) {
        return switch (binaries) {
            case PostgresBinaries.Bundled bundled ->
                found(new BinaryCache(bundled.cache(), Platform.current(), progress).bin(), account);
            case PostgresBinaries.Installed installed ->
                found(installed.bin().toAbsolutePath().normalize(), account);
        };
    }

    private static Programs found(Path bin, Account account) {
        var postgres = bin.resolve("postgres");
        var ended = account.run(VERSION_LIMIT, List.of(postgres.toString(), "--version"));
        var version = VERSION.matcher(ended.output());
        if (!ended.succeeded() || !version.find()) {
            throw new EmbeddedPostgresException("The user " + account.name() + " cannot run " + postgres + ": "
                    + ended.output()
                    + " Shearline's own PostgreSQL needs a system with glibc (or macOS) and a path that"
                    + " this user can enter. Otherwise use shearline serve with your own PostgreSQL.");
        }
        var major = Integer.parseInt(version.group(2));
        if (major < MAJOR_MIN) {
            throw new EmbeddedPostgresException(postgres + " is PostgreSQL " + version.group(1)
                    + ". Shearline needs version " + MAJOR_MIN + " or later.");
        }
        return new Programs(bin, version.group(1), major);
    }

    String initdb() {
        return bin.resolve("initdb").toString();
    }

    String pgCtl() {
        return bin.resolve("pg_ctl").toString();
    }
}
