package dev.shearline.server.secrets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
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
 * <p>The file has a key a line, {@code <id> <base64 of 32 bytes>}, and comment lines that start with {@code #}. A key that is prepared to
 * be the newest has {@code next} behind it. Nobody but its owner may read the file.
 */
public final class InstanceKeys {

    /** Marks a key that is prepared: {@code <id> <base64> next}. */
    static final String NEXT = "next";

    private static final int KEY_BYTES = 32;
    private static final int KEYS_MAX = 100;
    private static final int FILE_BYTES_MAX = 64 * 1024;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,32}");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final Map<String, SecretKey> keys;
    private final Optional<String> next;

    private InstanceKeys(Map<String, SecretKey> keys, Optional<String> next) {
        this.keys = keys;
        this.next = next;
    }

    public static InstanceKeys read(Path file) {
        try {
            requirePrivate(file);
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new SecretsException(file + " is too large for a file of instance keys.");
            }
            return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Writes a file with one new key, which must not exist yet, and reads it. */
    public static InstanceKeys create(Path file, SecureRandom random) {
        InstanceKeysFile.create(file, random);
        return read(file);
    }

    static SecretsException unreadable(Path file, IOException e) {
        return new SecretsException(
                "The instance keys in " + file + " cannot be read ("
                        + e.getClass().getSimpleName()
                        + "): secret-keys-file must name a file that exists and is yours.",
                e);
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
        var next = Optional.<String>empty();
        int number = 0;
        for (var line : lines) {
            number++;
            if (!isKey(line)) {
                continue;
            }
            var where = file + ":" + number + ": ";
            var parts = line.strip().split("\\s+");
            boolean isNext = parts.length == 3 && parts[2].equals(NEXT);
            var key = (parts.length == 2 || isNext) && ID.matcher(parts[0]).matches()
                    ? findKey(parts[1])
                    : Optional.<SecretKey>empty();
            if (key.isEmpty()) {
                throw new SecretsException(where + "write <id> <base64 of 32 bytes>.");
            }
            if (isNext && (keys.isEmpty() || next.isPresent())) {
                throw new SecretsException(where + "one key at most is " + NEXT + ", and never the first.");
            }
            if (keys.put(parts[0], key.get()) != null) {
                throw new SecretsException(where + "the id " + parts[0] + " is used twice.");
            }
            next = isNext ? Optional.of(parts[0]) : next;
        }
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new SecretsException(file + " must hold 1 to " + KEYS_MAX + " instance keys.");
        }
        return new InstanceKeys(keys, next);
    }

    static boolean isKey(String line) {
        return !line.isBlank() && !line.startsWith("#");
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

    /** The id of the key that is prepared to be the newest: it decrypts, and does not encrypt yet. */
    public Optional<String> findNext() {
        return next;
    }

    /** Newest first, a prepared one last. */
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
