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
import java.util.function.BiPredicate;

/**
 * Writes the file of {@link InstanceKeys}: whole or not at all, for its owner alone, and without losing a key that anything may be stored
 * under.
 *
 * <p>A key is new in two steps, so that no node ever meets one that it does not have: {@link #prepare} adds it as the last line, marked
 * {@code next}, and a node reads with it and does not write; once every node has the file, {@link #promotePrepared} makes it the first.
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
        try (var channel = make(file)) {
            try {
                fill(channel, HEAD + draw(random) + "\n");
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
            syncBeside(file);
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
        return change((keys, lines) -> {
                    requireNonePrepared(keys);
                    lines.add(draw(random) + " " + InstanceKeys.NEXT);
                    return true;
                })
                .flatMap(InstanceKeys::findNext)
                .orElseThrow();
    }

    /** Makes the prepared key the newest; returns its id. Changes nothing where none is prepared. */
    public Optional<String> promotePrepared() {
        return change((keys, lines) -> {
                    keys.findNext().ifPresent(id -> putFirst(lines, take(lines, id)));
                    return keys.findNext().isPresent();
                })
                .map(InstanceKeys::newest);
    }

    /** Makes a new key the newest, in one step; returns its id. */
    public String promoteNew(SecureRandom random) {
        return change((keys, lines) -> {
                    requireNonePrepared(keys);
                    putFirst(lines, draw(random));
                    return true;
                })
                .map(InstanceKeys::newest)
                .orElseThrow();
    }

    private void requireNonePrepared(InstanceKeys keys) {
        if (keys.findNext().isPresent()) {
            throw new SecretsException("The key " + keys.findNext().get() + " in " + file
                    + " is prepared already: give every node the file, then promote it.");
        }
    }

    private static void putFirst(List<String> lines, String key) {
        int first = 0;
        while (!InstanceKeys.isKey(lines.get(first))) {
            first++;
        }
        lines.add(first, key);
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

    /**
     * By a draft beside it that takes its place. Whoever has made the draft may change the file, and reads it only then: of two at once, who
     * would lose a key, the second is refused. So is a change after which no node could read the file.
     *
     * @param edit changes the lines of the keys, or returns false, and all stays as it is
     * @return what the file has become
     */
    private Optional<InstanceKeys> change(BiPredicate<InstanceKeys, List<String>> edit) {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        try (var channel = make(draft)) {
            Optional<InstanceKeys> changed;
            try {
                changed = write(channel, draft, edit);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(draft);
                throw e;
            }
            syncBeside(file);
            return changed;
        } catch (FileAlreadyExistsException e) {
            throw new SecretsException(
                    draft + " exists: another rotation is under way, or was cut off. If none is, remove it.", e);
        } catch (IOException e) {
            throw new SecretsException(file + " cannot be replaced (" + e + "); it is as it was.", e);
        }
    }

    private Optional<InstanceKeys> write(FileChannel channel, Path draft, BiPredicate<InstanceKeys, List<String>> edit)
            throws IOException {
        own(draft, file);
        var lines = lines();
        if (!edit.test(InstanceKeys.read(file), lines)) {
            Files.delete(draft);
            return Optional.empty();
        }
        fill(channel, String.join("\n", lines) + "\n");
        var changed = readDraft(draft);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return Optional.of(changed);
    }

    private InstanceKeys readDraft(Path draft) {
        try {
            return InstanceKeys.read(draft);
        } catch (SecretsException e) {
            throw new SecretsException(
                    file + " stays as it is, since no node could read what it would become: " + e.getMessage(), e);
        }
    }

    private static FileChannel make(Path file) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode);
    }

    private static void fill(FileChannel channel, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /** Gives the file the owner and group of the other. */
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
