package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * PostgreSQL's programs applied to one cluster: make it, start it, stop it. PostgreSQL is started by {@code pg_ctl}, which
 * gives it a session of its own, on every system: an interrupt from the terminal ends the server, which then stops
 * PostgreSQL when it is done with it, and does not end both at once.
 */
final class Cluster {
    static final String HOST = "127.0.0.1";
    static final String SUPERUSER = "postgres";
    static final String LOG = "log";

    private static final String FRESH = DataDirectory.CLUSTER + ".new-";
    private static final Duration MAKE_LIMIT = Duration.ofMinutes(2);
    /** Also what replaying the write-ahead log after a crash may take. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final Duration FAST_STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration IMMEDIATE_STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int START_ATTEMPTS = 3;
    private static final int BUILTIN_LOCALES_SINCE = 17;

    private final Path room;
    private final Account account;
    private final Programs programs;
    private final Settings settings;

    Cluster(Path room, Account account, Programs programs) {
        this.room = room;
        this.account = account;
        this.programs = programs;
        this.settings = new Settings(room, programs.bin(), programs.version());
    }

    Path directory() {
        return room.resolve(DataDirectory.CLUSTER);
    }

    Path log() {
        return room.resolve(LOG);
    }

    Settings settings() {
        return settings;
    }

    boolean exists() {
        return Files.exists(directory());
    }

    /** Refuses a cluster that these programs cannot read. */
    void requireReadable() throws IOException {
        var file = directory().resolve("PG_VERSION");
        if (!Files.isRegularFile(file)) {
            throw new EmbeddedPostgresException("The directory " + directory() + " is no PostgreSQL cluster: it has no"
                    + " PG_VERSION. Bring the cluster back, or choose another data directory.");
        }
        var written = Files.readString(file).strip();
        if (!written.equals(Integer.toString(programs.major()))) {
            throw new EmbeddedPostgresException(
                    "The data in " + directory() + " were written by PostgreSQL " + written
                            + ", and this is PostgreSQL " + programs.version()
                            + ", which cannot read them. Start the release of"
                            + " Shearline that wrote them and take a backup to restore here, or choose another data directory.");
        }
    }

    /** Makes the cluster beside its place and renames it into it, so that there is never half of one. */
    void make(SuperuserPassword password) throws IOException {
        sweep();
        var id = UUID.randomUUID().toString();
        var fresh = room.resolve(FRESH + id);
        var passwordFile = room.resolve(FRESH + id + ".password");
        try {
            Disk.writePrivately(passwordFile, password.reveal() + "\n");
            account.takes(passwordFile);
            Disk.makeDirectory(fresh, "rwx------");
            account.takes(fresh);
            var ended = account.run(MAKE_LIMIT, initdb(fresh, passwordFile));
            if (!ended.succeeded()) {
                throw new EmbeddedPostgresException("PostgreSQL could not make its cluster in " + room + ". It says:\n"
                        + LogFiles.lastLines(ended.output()));
            }
            Files.move(fresh, directory());
            Disk.sync(room);
        } finally {
            Files.deleteIfExists(passwordFile);
            Disk.deleteTree(fresh);
        }
    }

    private List<String> initdb(Path fresh, Path passwordFile) {
        // the built-in locale knows letters beyond ASCII and never changes with the system's libraries
        var locale = programs.major() >= BUILTIN_LOCALES_SINCE
                ? List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
                : List.of("--locale=C");
        return Stream.concat(
                        Stream.of(
                                programs.initdb(),
                                "--pgdata=" + fresh,
                                "--username=" + SUPERUSER,
                                "--pwfile=" + passwordFile,
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--data-checksums",
                                "--no-instructions"),
                        locale.stream())
                .toList();
    }

    private void sweep() throws IOException {
        try (var leftovers = Files.newDirectoryStream(room, FRESH + "*")) {
            for (var leftover : leftovers) {
                Disk.deleteTree(leftover);
            }
        }
    }

    Optional<PostmasterFile> findPostmaster() {
        return PostmasterFile.findLive(directory());
    }

    /** Starts PostgreSQL and waits until it takes connections. */
    PostmasterFile start() throws IOException {
        PostmasterFile.removeMistaken(directory());
        Disk.makeDirectory(log(), "rwx------");
        account.takes(log());
        for (var attempt = 1; ; attempt++) {
            var port = freePort();
            settings.write(port);
            Files.deleteIfExists(log().resolve(LogFiles.START));
            var ended = account.run(START_LIMIT.plus(GRACE), pgCtlStart());
            var postmaster = findPostmaster();
            if (ended.succeeded() && postmaster.isPresent()) {
                return postmaster.get();
            }
            var said = LogFiles.tail(log());
            stop();
            if (attempt == START_ATTEMPTS || isFree(port)) {
                throw new EmbeddedPostgresException("PostgreSQL " + programs.version() + " did not start in "
                        + directory() + ". " + ended.output() + "\nThe end of its log in " + log() + ":\n" + said);
            }
        }
    }

    private List<String> pgCtlStart() {
        return List.of(
                programs.pgCtl(),
                "start",
                "--wait",
                "--silent",
                "--timeout=" + START_LIMIT.toSeconds(),
                "--pgdata=" + directory(),
                "--log=" + log().resolve(LogFiles.START),
                "--options=-c config_file=" + quotedForShell(settings.file()));
    }

    /** Stops PostgreSQL, at first letting it write what it has; it ends all sessions either way. */
    void stop() {
        if (findPostmaster().isEmpty()) {
            return;
        }
        if (stopped("fast", FAST_STOP_LIMIT) || stopped("immediate", IMMEDIATE_STOP_LIMIT)) {
            return;
        }
        findPostmaster().ifPresent(left -> {
            throw new EmbeddedPostgresException("PostgreSQL (process " + left.pid()
                    + ") does not stop. The end of its log" + " in " + log() + ":\n" + LogFiles.tail(log()));
        });
    }

    private boolean stopped(String mode, Duration limit) {
        return account.run(
                        limit.plus(GRACE),
                        List.of(
                                programs.pgCtl(),
                                "stop",
                                "--wait",
                                "--silent",
                                "--mode=" + mode,
                                "--timeout=" + limit.toSeconds(),
                                "--pgdata=" + directory()))
                .succeeded();
    }

    /** Takes the port of last time when it is free. Another process may take it yet: then there is another attempt. */
    private int freePort() throws IOException {
        var last = settings.lastPort();
        if (last.isPresent() && isFree(last.getAsInt())) {
            return last.getAsInt();
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(HOST))) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String quotedForShell(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
