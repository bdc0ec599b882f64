package dev.shearline.server.secrets;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of an instance, newest first: the first encrypts, all decrypt. They are never used themselves, only keys
 * derived from them by purpose (HKDF-SHA-256).
 *
 * <p>The file has a key a line, {@code <id> <base64 of 32 bytes>}, and comment lines that start with {@code #}. Nobody
 * but its owner may read it.
 */
public final class InstanceKeys {

    private static final int KEY_BYTES = 32;
    private static final int KEYS_MAX = 100;
    private static final int FILE_BYTES_MAX = 64 * 1024;
    private static final int ID_RANDOM_BYTES = 6;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,32}");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final Map<String, SecretKey> keys;

    private InstanceKeys(Map<String, SecretKey> keys) {
        this.keys = keys;
    }

    public static InstanceKeys read(Path file) {
        try {
            requirePrivate(file);
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new SecretsException(file + " is too large for a file of instance keys.");
            }
            return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new SecretsException(
                    "The instance keys in " + file + " cannot be read ("
                            + e.getClass().getSimpleName()
                            + "): secret-keys-file must name a file that exists and is yours.",
                    e);
        }
    }

    /** Writes a file with one new key, which must not exist yet, and reads it. */
    public static InstanceKeys create(Path file, SecureRandom random) {
        var id = new byte[ID_RANDOM_BYTES];
        random.nextBytes(id);
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        var text =
                """
                # Instance keys of Shearline, newest first. Whoever has this file and the database can read stored
                # secrets; without it they cannot be recovered. Keep a copy apart from the database's backups.
                ik_%s %s
                """.formatted(HexFormat.of().formatHex(id), Base64.getEncoder().encodeToString(key));
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            writeWhole(file, text);
        } catch (FileAlreadyExistsException e) {
            throw new SecretsException(file + " exists already: instance keys are never overwritten.", e);
        } catch (IOException e) {
            throw new SecretsException("Instance keys cannot be written to " + file + " (" + e + ").", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
        return read(file);
    }

    /** A file with half a key in it would keep every later start from making a whole one. */
    private static void writeWhole(Path file, String text) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static void requirePrivate(Path file) throws IOException {
        var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        permissions.retainAll(OTHERS);
        if (!permissions.isEmpty()) {
            throw new SecretsException("Others than its owner may use " + file + ". Run: chmod 600 " + file);
        }
    }

    private static InstanceKeys parse(Path file, List<String> lines) {
        var keys = new LinkedHashMap<String, SecretKey>();
        int number = 0;
        for (var line : lines) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var parts = line.strip().split("\\s+");
            var key = parts.length == 2 && ID.matcher(parts[0]).matches()
                    ? findKey(parts[1])
                    : Optional.<SecretKey>empty();
            if (key.isEmpty()) {
                throw new SecretsException(file + ":" + number + ": write <id> <base64 of 32 bytes>.");
            }
            if (keys.put(parts[0], key.get()) != null) {
                throw new SecretsException(file + ":" + number + ": the id " + parts[0] + " is used twice.");
            }
        }
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new SecretsException(file + " must hold 1 to " + KEYS_MAX + " instance keys.");
        }
        return new InstanceKeys(keys);
    }

    private static Optional<SecretKey> findKey(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            return bytes.length == KEY_BYTES ? Optional.of(new SecretKeySpec(bytes, "HKDF")) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    /** The id of the key that encrypts. */
    public String newest() {
        return keys.keySet().iterator().next();
    }

    /** Newest first. */
    public List<String> ids() {
        return List.copyOf(keys.keySet());
    }

    /** 32 bytes for one purpose, as a key for the given algorithm. */
    public SecretKey derive(String keyId, Purpose purpose, String algorithm) {
        var key = keys.get(keyId);
        if (key == null) {
            throw new SecretsException("The instance key " + keyId + " is not in the secret-keys-file: add it again.");
        }
        var info = ("shearline/" + purpose.label()).getBytes(StandardCharsets.UTF_8);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm, HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(info, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has HKDF-SHA256", e);
        }
    }

    @Override
    public String toString() {
        return "instance keys " + keys.keySet();
    }
}
