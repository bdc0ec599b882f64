package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The directory that a cluster was asked into, claimed by this process, and the room where its cluster lies: the same
 * directory, or another when PostgreSQL's account cannot reach that one.
 *
 * <pre>
 * directory/   lock, superuser-password, relocated-to (when the room is elsewhere)
 * room/        cluster/ (PostgreSQL's own data), log/, postgresql.conf (our settings)
 * </pre>
 *
 * The directory is 0700. Only when we are root it is 0711, so that PostgreSQL's account may pass through to cluster and
 * log, which are 0700 and that account's. The directory stays root's: nothing that root writes lies where another
 * account could exchange it.
 */
final class DataDirectory implements AutoCloseable {
    static final String CLUSTER = "cluster";

    private static final String POINTER = "relocated-to";
    private static final String PASSWORD = "superuser-password";
    private static final String OWN_ONLY = "rwx------";
    private static final String PASSABLE = "rwx--x--x";
    private static final String SHELL_CHARACTERS = "\"$`\\\n";
    private static final int HASH_CHARS = 10;
    private static final int RELOCATIONS_MAX = 100;

    private final Path directory;
    private final DirectoryLock lock;
    private Path room;
    private Account account;
    private Optional<DirectoryLock> roomLock = Optional.empty();

    private DataDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
        this.room = directory;
        this.account = Account.own();
    }

    /** Claims the directory, making it first when it is missing, and finds its room. */
    static DataDirectory open(Path asked, Path relocationRoot, Consumer<String> progress) {
        var path = asked.toAbsolutePath().normalize();
        try {
            refuseWhatIsNotOurs(path);
            Files.createDirectories(Disk.directoryOf(path));
            Disk.makeDirectory(path, Account.own().isRoot() ? PASSABLE : OWN_ONLY);
            var directory = path.toRealPath();
            refuseWhatAShellWouldRead(directory);
            var data = new DataDirectory(directory, DirectoryLock.take(directory));
            try {
                data.findRoom(relocationRoot, progress);
                return data;
            } catch (IOException | RuntimeException e) {
                data.close();
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "The data directory " + path + " cannot be used: " + e
                            + ". Choose one that can be written, with --data-dir for shearline dev.",
                    e);
        }
    }

    /** Returns the directory that was asked for. */
    Path directory() {
        return directory;
    }

    /** Returns the directory that holds cluster, log and settings. */
    Path room() {
        return room;
    }

    Account account() {
        return account;
    }

    Path cluster() {
        return room.resolve(CLUSTER);
    }

    Path passwordFile() {
        return directory.resolve(PASSWORD);
    }

    @Override
    public void close() {
        try (lock) {
            roomLock.ifPresent(DirectoryLock::close);
        }
    }

    private static void refuseWhatIsNotOurs(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new EmbeddedPostgresException(path + " is not a directory. Choose another data directory.");
        }
        if (Account.ownerOf(path.toRealPath()) != Account.own().uid()) {
            var owner = Files.getOwner(path).getName();
            throw new EmbeddedPostgresException("The data directory " + path + " belongs to the user " + owner
                    + ", but Shearline runs as " + Account.own().name() + ". Start it as " + owner
                    + ", or choose another data directory.");
        }
        if (!Files.exists(path.resolve(DirectoryLock.FILE)) && !Disk.isEmpty(path)) {
            throw new EmbeddedPostgresException("The directory " + path + " holds files that Shearline did not make."
                    + " Choose an empty directory, or one that does not exist yet.");
        }
    }

    /** pg_ctl hands its paths to a shell between double quotes. */
    private static void refuseWhatAShellWouldRead(Path directory) {
        if (directory.toString().chars().anyMatch(c -> SHELL_CHARACTERS.indexOf(c) >= 0)) {
            throw new EmbeddedPostgresException("The data directory " + directory + " has a quote, a dollar sign or a"
                    + " backslash in its path, which PostgreSQL's pg_ctl cannot handle. Choose another one.");
        }
    }

    private void findRoom(Path relocationRoot, Consumer<String> progress) throws IOException {
        var pointer = directory.resolve(POINTER);
        if (Files.exists(pointer)) {
            room = Path.of(Files.readString(pointer).strip());
            if (!Files.isDirectory(room) && Files.exists(passwordFile())) {
                throw new EmbeddedPostgresException("The PostgreSQL cluster of " + directory + " lay in " + room
                        + ", which is gone. Bring it back, or remove " + directory + " to begin anew.");
            }
        }
        account = Account.choose(
                Files.exists(cluster()) ? OptionalInt.of(Account.ownerOf(cluster())) : OptionalInt.empty());
        if (!account.isOwn() && room.equals(directory) && !account.canEnter(directory)) {
            room = relocated(relocationRoot, pointer);
            progress.accept(
                    "the user " + account.name() + " cannot reach " + directory + ", so the database goes to " + room);
        }
        if (!room.equals(directory)) {
            Files.createDirectories(Disk.directoryOf(room));
            Disk.makeDirectory(room, PASSABLE);
            if (!account.canEnter(room)) {
                throw new EmbeddedPostgresException(
                        "The user " + account.name() + ", which PostgreSQL runs as, can" + " reach neither " + directory
                                + " nor " + room + ". Choose a data directory that it can reach.");
            }
            roomLock = Optional.of(DirectoryLock.take(room));
        }
    }

    /** Names a new room, and writes the name down before the room is made: a room without pointer would be lost. */
    private Path relocated(Path relocationRoot, Path pointer) throws IOException {
        if (Files.exists(cluster())) {
            throw new EmbeddedPostgresException(
                    "The user " + account.name() + ", which PostgreSQL runs as, cannot reach " + directory
                            + " any more. Let it pass through the directories above (chmod o+x).");
        }
        makeRelocationRoot(relocationRoot);
        // a room that is there already belonged to a data directory that was removed: its rows are not ours to show
        for (var n = 1; n <= RELOCATIONS_MAX; n++) {
            var candidate = relocationRoot
                    .toRealPath()
                    .resolve(directory.getFileName() + "-" + hash(directory) + (n == 1 ? "" : "-" + n));
            if (!Files.exists(candidate)) {
                refuseWhatAShellWouldRead(candidate);
                Disk.write(pointer, candidate + "\n", "rw-------");
                return candidate;
            }
        }
        throw new EmbeddedPostgresException(
                "There are " + RELOCATIONS_MAX + " databases of earlier data directories at " + directory + " in "
                        + relocationRoot + ". Remove those that nobody needs.");
    }

    private static void makeRelocationRoot(Path relocationRoot) throws IOException {
        if (!Files.exists(relocationRoot)) {
            Files.createDirectories(Disk.directoryOf(relocationRoot.toAbsolutePath()));
            Disk.makeDirectory(relocationRoot, "rwxr-xr-x");
        }
    }

    private static String hash(Path path) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(path.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
