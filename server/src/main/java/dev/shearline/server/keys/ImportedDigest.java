package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.ParsedKey;
import dev.shearline.token.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a key of another system is found by. A verification looks a key up by its SHA-256, in one step among millions; a hash that can only be
 * compared with a key in hand, or that is of something else than the key alone, finds nothing.
 */
final class ImportedDigest {

    static final int PLAINTEXT_BYTES_MAX = 512;

    /** Of a short key little is shown: what is left must not be guessed. */
    private static final int SHOWN_PART = 4;

    private static final int ENDS_SHOWN_FROM = 20;

    /** How their names begin, and how they are called. */
    private static final List<String> SLOW = List.of("bcrypt", "argon2", "scrypt", "pbkdf2");

    private static final String WHAT_TO_DO =
            " Import the key in plain text if you have it; or else let its holder have a new"
                    + " key before the old system is switched off.";

    private final KeyFormat format;

    ImportedDigest(KeyFormat format) {
        this.format = format;
    }

    KeyDigest of(KeyToImport key) {
        if (key.hash().isPresent() == key.plaintext().isPresent()) {
            throw KeyProblems.invalid("hash", "Send \"hash\" or \"plaintext\": a key is found by one of them.");
        }
        return key.hash()
                .map(ImportedDigest::of)
                .orElseGet(() -> ofPlaintext(key.plaintext().orElseThrow()));
    }

    private static KeyDigest of(KeyToImport.Hash hash) {
        var algorithm =
                hash.algorithm().orElse("sha256").toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
        var slow = SLOW.stream().filter(algorithm::startsWith).findFirst();
        if (slow.isPresent()) {
            throw slow("A " + slow.get() + " hash");
        }
        if (hash.value().indexOf('$') >= 0) {
            throw slow("A hash with parameters ($…)");
        }
        if (hash.salt().filter(KeyMetadata::isGiven).isPresent()) {
            throw unsupported(
                    "hash.salt", "A salted hash is not of the key alone, so no key can be found by it." + WHAT_TO_DO);
        }
        if (!algorithm.equals("sha256")) {
            throw unsupported("hash.algorithm", "Keys are found by their SHA-256, and by no other hash." + WHAT_TO_DO);
        }
        return decoded(hash)
                .orElseThrow(
                        () -> KeyProblems.invalid(
                                "hash.value",
                                "\"hash.value\" must be the 32 bytes of a SHA-256 as hex, base64 or base64url, as \"hash.encoding\" says."));
    }

    private static ProblemException slow(String what) {
        return unsupported(
                "hash.algorithm",
                what
                        + " can be compared with a key that somebody presents, and no key can be found by it: keys are looked up by"
                        + " their SHA-256." + WHAT_TO_DO);
    }

    private static ProblemException unsupported(String field, String detail) {
        return Problem.of(ProblemCode.UNSUPPORTED_HASH, detail).withField(field).asException();
    }

    private static Optional<KeyDigest> decoded(KeyToImport.Hash hash) {
        return switch (hash.encoding().orElse("hex")) {
            case "hex" -> KeyDigest.findHex(hash.value());
            case "base64" -> decoded(Base64.getDecoder(), hash.value());
            case "base64url" -> decoded(Base64.getUrlDecoder(), hash.value());
            default ->
                throw KeyProblems.invalid("hash.encoding", "\"hash.encoding\" must be one of hex, base64, base64url.");
        };
    }

    /** With padding or without. */
    private static Optional<KeyDigest> decoded(Base64.Decoder decoder, String text) {
        try {
            var bytes = decoder.decode(text);
            return bytes.length == KeyDigest.BYTES ? Optional.of(KeyDigest.fromBytes(bytes)) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private KeyDigest ofPlaintext(Secret plaintext) {
        var text = plaintext.reveal();
        if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > PLAINTEXT_BYTES_MAX) {
            throw KeyProblems.invalid(
                    KeyToImport.PLAINTEXT, "\"plaintext\" must have 1 to " + PLAINTEXT_BYTES_MAX + " bytes.");
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw KeyProblems.invalid(
                    KeyToImport.PLAINTEXT, "\"plaintext\" has half a character in it: send all of it.");
        }
        if (format.hasBrand(text) && !(format.parse(text) instanceof ParsedKey.WellFormed)) {
            throw KeyProblems.invalid(
                    KeyToImport.PLAINTEXT,
                    "\"plaintext\" begins like a key of this instance, and its checksum is wrong: send the whole key.");
        }
        return KeyDigest.of(plaintext);
    }

    /** What the file says; of a key in plain text as little as tells it from others. */
    static KeyRow.Shown shown(KeyToImport key) {
        var text = key.plaintext()
                .map(Secret::reveal)
                .filter(ImportedDigest::isVisible)
                .orElse("");
        int begin = Math.min(KeyFormat.PREFIX_LENGTH, text.length() / SHOWN_PART);
        return new KeyRow.Shown(
                hint("prefix", key.prefix(), KeyFormat.PREFIX_LENGTH).orElse(text.substring(0, begin)),
                hint("last_four", key.lastFour(), KeyFormat.LAST_LENGTH)
                        .orElse(text.length() < ENDS_SHOWN_FROM ? "" : KeyFormat.lastFourOf(text)));
    }

    private static Optional<String> hint(String field, Optional<String> text, int max) {
        text.filter(given -> given.length() > max || !isVisible(given)).ifPresent(_ -> {
            throw KeyProblems.invalid(
                    field, "\"" + field + "\" must have at most " + max + " visible ASCII characters.");
        });
        return text;
    }

    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c <= '~');
    }
}
