package dev.shearline.server.db.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The account of the operating system that PostgreSQL runs as: our own, or when we are root one without privileges, for
 * PostgreSQL refuses to run as root, and rightly.
 *
 * @param name the account's name
 * @param uid the account's number
 * @param gid the number of its primary group
 * @param prefix what makes a command run as this account; empty when it is our own
 */
record Account(String name, int uid, int gid, List<String> prefix) {
    private static final int ROOT = 0;
    private static final List<String> UNPRIVILEGED = List.of("postgres", "shearline", "nobody");
    private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(10);

    /** Returns the account that this process runs as. */
    static Account own() {
        var system = new UnixSystem();
        return new Account(
                system.getUsername(), Math.toIntExact(system.getUid()), Math.toIntExact(system.getGid()), List.of());
    }

    /**
     * Chooses the account for a cluster.
     *
     * @param owner who owns the cluster already, when there is one: it stays with its account
     */
    static Account choose(OptionalInt owner) {
        var own = own();
        if (!own.isRoot()) {
            return own;
        }
        var candidates = UNPRIVILEGED.stream().flatMap(name -> lookUp(name).stream());
        if (owner.isPresent()) {
            return candidates
                    .filter(account -> account.uid == owner.getAsInt())
                    .findFirst()
                    .orElseThrow(() -> new EmbeddedPostgresException("The PostgreSQL cluster belongs to user number "
                            + owner.getAsInt() + ", which is none of " + String.join(", ", UNPRIVILEGED)
                            + ". Start Shearline as that user, or choose another data directory."));
        }
        return candidates
                .findFirst()
                .orElseThrow(() -> new EmbeddedPostgresException("PostgreSQL does not run as root, and none of the"
                        + " users " + String.join(", ", UNPRIVILEGED) + " exists to run it instead. Start Shearline as"
                        + " an ordinary user."));
    }

    boolean isRoot() {
        return uid == ROOT;
    }

    boolean isOwn() {
        return prefix.isEmpty();
    }

    /** Runs a command as this account. */
    Command.Ended run(Duration limit, List<String> command) {
        return Command.run(Stream.concat(prefix.stream(), command.stream()).toList(), limit);
    }

    /** Says whether this account can enter the directory, by trying: modes alone know nothing of access lists. */
    boolean canEnter(Path directory) {
        return run(LOOKUP_LIMIT, List.of("test", "-x", directory.toString())).succeeded();
    }

    void takes(Path path) throws IOException {
        if (isOwn()) {
            return;
        }
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the number of the user who owns a path. */
    static int ownerOf(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static Optional<Account> lookUp(String name) {
        var uid = number(List.of("id", "-u", name));
        var gid = number(List.of("id", "-g", name));
        if (uid.isEmpty() || gid.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Account(name, uid.getAsInt(), gid.getAsInt(), becoming(name, uid.getAsInt(), gid.getAsInt())));
    }

    private static OptionalInt number(List<String> command) {
        var ended = Command.run(command, LOOKUP_LIMIT);
        return ended.succeeded() ? OptionalInt.of(Integer.parseInt(ended.output())) : OptionalInt.empty();
    }

    /** Neither program puts a shell between us and PostgreSQL, so nothing in a path is ever interpreted. */
    private static List<String> becoming(String name, int uid, int gid) {
        return Command.find("setpriv")
                .map(setpriv -> List.of(
                        setpriv.toString(), "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--no-new-privs"))
                .or(() -> Command.find("runuser").map(runuser -> List.of(runuser.toString(), "-u", name, "--")))
                .orElseThrow(() -> new EmbeddedPostgresException("PostgreSQL does not run as root, and neither setpriv"
                        + " nor runuser (Debian: util-linux) is there to run it as " + name
                        + ". Start Shearline as an ordinary user."));
    }
}
