package dev.shearline.server.db.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The bundled binaries on disk, one directory per archive. They are unpacked beside their place and renamed into it, so
 * two processes may do so at once; a list of every file and its size tells at the next start whether all is still there
 * (caches get cleaned by age, file by file).
 */
final class BinaryCache {
    /** The version inside the archives; a test compares it with what the binaries say. */
    static final String BUNDLED_VERSION = "18.6";

    private static final String MANIFEST = "manifest";
    private static final String UNPACKING = ".unpacking-";
    private static final int DIGEST_CHARS = 12;

    private final Path cache;
    private final Platform platform;
    private final Consumer<String> progress;

    BinaryCache(Path cache, Platform platform, Consumer<String> progress) {
        this.cache = cache.toAbsolutePath().normalize();
        this.platform = platform;
        this.progress = progress;
    }

    /** Root's own home is closed to the account that PostgreSQL runs as, so root's cache is the system's. */
    static Path defaultDirectory() {
        if (Account.own().isRoot()) {
            return Path.of("/var/cache/shearline");
        }
        var home = Path.of(System.getProperty("user.home"));
        if (System.getProperty("os.name").startsWith("Mac")) {
            return home.resolve("Library/Caches/shearline");
        }
        return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(named -> named.startsWith("/"))
                .map(Path::of)
                .orElse(home.resolve(".cache"))
                .resolve("shearline");
    }

    /** Returns the directory that holds the programs, unpacked and complete. */
    Path bin() {
        try {
            return unpacked().resolve("bin");
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "PostgreSQL " + BUNDLED_VERSION + " cannot be unpacked into " + cache + ": " + e
                            + ". It needs about 100 MB there, and a place to write.",
                    e);
        }
    }

    private Path unpacked() throws IOException {
        makeCache();
        var place = cache.resolve("postgresql-" + BUNDLED_VERSION + "-" + digest());
        if (isComplete(place)) {
            return place;
        }
        sweep();
        progress.accept("unpacking PostgreSQL " + BUNDLED_VERSION);
        var fresh = cache.resolve(UNPACKING + ProcessHandle.current().pid() + "-" + UUID.randomUUID());
        try {
            unpackInto(fresh);
            putInPlace(fresh, place);
        } finally {
            Disk.deleteTree(fresh);
        }
        return place;
    }

    private void makeCache() throws IOException {
        Files.createDirectories(Disk.directoryOf(cache));
        var own = Account.own();
        if (!Files.exists(cache)) {
            Disk.makeDirectory(cache, own.isRoot() ? "rwxr-xr-x" : "rwx------");
        }
        if (Account.ownerOf(cache.toRealPath()) != own.uid()) {
            throw new EmbeddedPostgresException("The cache " + cache + " belongs to "
                    + Files.getOwner(cache).getName() + ". Shearline runs programs only from a cache of its own: remove"
                    + " it, or start as that user.");
        }
    }

    /** A directory that another process put there meanwhile is as good as ours; a broken one goes out of the way. */
    private void putInPlace(Path fresh, Path place) throws IOException {
        if (isComplete(place)) {
            return;
        }
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            var broken = cache.resolve(UNPACKING + ProcessHandle.current().pid() + "-" + UUID.randomUUID());
            Files.move(place, broken, StandardCopyOption.ATOMIC_MOVE);
            Disk.deleteTree(broken);
        }
        try {
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!isComplete(place)) {
                throw e;
            }
        }
        Disk.sync(cache);
    }

    /** Removes what processes left behind that died while unpacking. */
    private void sweep() throws IOException {
        try (var leftovers = Files.newDirectoryStream(cache, UNPACKING + "*")) {
            for (var leftover : leftovers) {
                var pid = leftover.getFileName().toString().substring(UNPACKING.length());
                if (ProcessHandle.of(Long.parseLong(pid.substring(0, pid.indexOf('-'))))
                        .isEmpty()) {
                    Disk.deleteTree(leftover);
                }
            }
        }
    }

    private void unpackInto(Path fresh) throws IOException {
        Disk.makeDirectory(fresh, "rwxr-xr-x");
        var files = new ArrayList<String>();
        try (var tar = new TarArchiveInputStream(new XZInputStream(archive()))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, fresh);
                if (!entry.isDirectory()) {
                    files.add(entry.getName());
                }
            }
        }
        var manifest = new StringBuilder();
        for (var file : files) {
            // a link counts as what it leads to, which may have come after it
            manifest.append(Files.size(fresh.resolve(file)))
                    .append(' ')
                    .append(file)
                    .append('\n');
        }
        Disk.write(fresh.resolve(MANIFEST), manifest.toString(), "rw-r--r--");
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path fresh) throws IOException {
        var target = fresh.resolve(entry.getName()).normalize();
        if (!target.startsWith(fresh)) {
            throw new IOException("the archive names a path outside itself: " + entry.getName());
        }
        Files.createDirectories(entry.isDirectory() ? target : Disk.directoryOf(target));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(target, fresh.resolve(entry.getLinkName()).normalize());
        } else if (!entry.isDirectory()) {
            Files.copy(content, target);
            var executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
        for (var path = target; path.startsWith(fresh) && entry.isDirectory(); path = Disk.directoryOf(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static boolean isComplete(Path place) throws IOException {
        var manifest = place.resolve(MANIFEST);
        if (!Files.isRegularFile(manifest)) {
            return false;
        }
        List<String> lines = Files.readAllLines(manifest);
        for (var line : lines) {
            var space = line.indexOf(' ');
            var file = place.resolve(line.substring(space + 1));
            if (!Files.isRegularFile(file) || Files.size(file) != Long.parseLong(line.substring(0, space))) {
                return false;
            }
        }
        return !lines.isEmpty();
    }

    /** Tells one packaging of a version from the next. */
    private String digest() throws IOException {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            try (var archive = new DigestInputStream(archive(), sha256)) {
                archive.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(sha256.digest()).substring(0, DIGEST_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private InputStream archive() {
        var archive = BinaryCache.class.getClassLoader().getResourceAsStream(platform.archive());
        if (archive == null) {
            throw new EmbeddedPostgresException("This build of Shearline holds no PostgreSQL for this system ("
                    + platform.archive() + "): it was built on another one. Build it here, or use shearline serve with"
                    + " your own PostgreSQL, version 15 or later.");
        }
        return new BufferedInputStream(archive);
    }
}
