package dev.shearline.server.secrets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the file of {@link InstanceKeys}: whole or not at all, for its owner alone, and without losing a key that anything may be stored
 * under.
 *
 * <p>A key is new in two steps, so that no node ever meets one that it does not have: {@link #prepare} adds it as the last line, marked
 * {@code next}, and a node reads with it and does not write; once every node has the file, {@link #promote} makes it the first.
 */
public final class InstanceKeysFile {

    private static final int KEY_BYTES = 32;
    private static final int ID_RANDOM_BYTES = 6;
    private static final String HEAD = """
            # Instance keys of Shearline, newest first. Whoever has this file and the database can read stored
            # secrets; without it they cannot be recovered. Keep a copy apart from the database's backups.
            """;

    private final Path file;

    private InstanceKeysFile(Path file) {
        this.file = file;
    }

    /** An existing file, also behind symbolic links: these stay what they are. */
    public static InstanceKeysFile of(Path file) {
        try {
            return new InstanceKeysFile(file.toRealPath());
        } catch (IOException e) {
            throw InstanceKeys.unreadable(file, e);
        }
    }

    /** A new file with one new key. */
    static void create(Path file, SecureRandom random) {
        try {
            write(file, HEAD + draw(random) + "\n", Optional.empty());
        } catch (FileAlreadyExistsException e) {
            throw new SecretsException(file + " exists already: instance keys are never overwritten.", e);
        } catch (NoSuchFileException e) {
            throw new SecretsException(
                    file + " cannot be made: the directory "
                            + file.toAbsolutePath().getParent() + " does not exist.",
                    e);
        } catch (IOException e) {
            throw new SecretsException("Instance keys cannot be written to " + file + " (" + e + ").", e);
        }
    }

    /** Adds a key that decrypts and does not encrypt yet; returns its id. */
    public String prepare(SecureRandom random) {
        var keys = InstanceKeys.read(file);
        if (keys.findNext().isPresent()) {
            throw new SecretsException("The key " + keys.findNext().get() + " in " + file
                    + " is prepared already: give every node the file, then promote it.");
        }
        var lines = lines();
        lines.add(draw(random) + " " + InstanceKeys.NEXT);
        replace(lines);
        return InstanceKeys.read(file).findNext().orElseThrow();
    }

    /** Makes the prepared key the newest, or a new one where none is; returns its id. */
    public String promote(SecureRandom random) {
        var next = InstanceKeys.read(file).findNext();
        var lines = lines();
        var promoted = next.map(id -> take(lines, id)).orElseGet(() -> draw(random));
        int first = 0;
        while (!InstanceKeys.isKey(lines.get(first))) {
            first++;
        }
        lines.add(first, promoted);
        replace(lines);
        return InstanceKeys.read(file).newest();
    }

    private static String take(List<String> lines, String id) {
        for (int i = 0; i < lines.size(); i++) {
            var parts = lines.get(i).strip().split("\\s+");
            if (InstanceKeys.isKey(lines.get(i)) && parts[0].equals(id)) {
                lines.remove(i);
                return parts[0] + " " + parts[1];
            }
        }
        throw new IllegalStateException("the key was read from this file");
    }

    private static String draw(SecureRandom random) {
        var id = new byte[ID_RANDOM_BYTES];
        random.nextBytes(id);
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        try {
            return "ik_" + HexFormat.of().formatHex(id) + " "
                    + Base64.getEncoder().encodeToString(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private List<String> lines() {
        try {
            return new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw InstanceKeys.unreadable(file, e);
        }
    }

    /** By a file beside it that takes its place. Two that do so at once would lose a key, and so the second is refused. */
    private void replace(List<String> lines) {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            write(draft, String.join("\n", lines) + "\n", Optional.of(file));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncBeside(file);
        } catch (FileAlreadyExistsException e) {
            throw new SecretsException(
                    draft + " exists: another rotation is under way, or was cut off. If none is, remove it.", e);
        } catch (IOException e) {
            throw new SecretsException(file + " cannot be replaced (" + e + "); it is as it was.", e);
        }
    }

    /** @param like whose owner and group the new file gets */
    private static void write(Path file, String text, Optional<Path> like) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            if (like.isPresent()) {
                own(file, like.get());
            }
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        syncBeside(file);
    }

    private static void own(Path file, Path like) throws IOException {
        var wanted =
                Files.getFileAttributeView(like, PosixFileAttributeView.class).readAttributes();
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (!view.readAttributes().owner().equals(wanted.owner())) {
            view.setOwner(wanted.owner());
        }
        if (!view.readAttributes().group().equals(wanted.group())) {
            view.setGroup(wanted.group());
        }
    }

    /** So that the name, too, survives a power failure. */
    private static void syncBeside(Path file) throws IOException {
        var directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory");
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
