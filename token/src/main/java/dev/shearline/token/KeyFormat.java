package dev.shearline.token;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code {brand}_{mode}_{kind}_{id}{secret}{checksum}}: 12, 32 and 6 base62 characters.
 *
 * <p>The mode stands before the kind on purpose: published scanners match {@code sk_live_…} and {@code pk_test_…} anywhere in a text and
 * try it against somebody else's API. The checksum lets anybody's scanner prove a key offline. Of the brands the first mints and all
 * verify.
 */
public final class KeyFormat {

    public static final int KEY_LENGTH_MAX = 512;
    public static final int PREFIX_LENGTH = 16;
    public static final int LAST_LENGTH = 4;

    private static final int SECRET_LENGTH = 32;
    private static final int BODY_LENGTH = ApiKeyId.BODY_LENGTH + SECRET_LENGTH;
    private static final String EMBED = "_embed_";
    private static final Pattern BRAND = Pattern.compile("[a-z][a-z0-9]{1,9}");
    private static final KeyMode[] MODES = KeyMode.values();
    private static final KeyKind[] KINDS = KeyKind.values();
    private static final ParsedKey MALFORMED = new ParsedKey.Malformed();
    private static final ParsedKey FOREIGN = new ParsedKey.Foreign();

    private final List<String> brands;

    public KeyFormat(List<String> brands) {
        if (brands.isEmpty()) {
            throw new IllegalArgumentException("at least one brand is needed");
        }
        for (String brand : brands) {
            if (!isBrand(brand)) {
                throw new IllegalArgumentException(
                        "a brand is 2 to 10 lower-case letters and digits that begin with a letter: " + brand);
            }
        }
        this.brands = List.copyOf(brands);
    }

    public static boolean isBrand(String text) {
        return BRAND.matcher(text).matches();
    }

    public MintedKey mint(KeyMode mode, KeyKind kind, SecureRandom random) {
        String body = Base62.random(random, BODY_LENGTH);
        String key = brands.get(0) + "_" + mode.wire() + "_" + kind.wire() + "_" + body + Base62.checksum(body);
        return new MintedKey(
                Secret.of(key), ApiKeyId.ofBody(body, 0), KeyDigest.of(key), prefixOf(key), lastFourOf(key));
    }

    /** The token of an embed session, {@code {brand}_embed_{secret}{checksum}}: no key, but found by scanners in the same way. */
    public Secret mintEmbedToken(SecureRandom random) {
        String secret = Base62.random(random, SECRET_LENGTH);
        return Secret.of(brands.get(0) + EMBED + secret + Base62.checksum(secret));
    }

    /** Whether a text is one, by its shape and checksum. */
    public boolean isEmbedToken(CharSequence text) {
        return brands.stream().anyMatch(brand -> isEmbedToken(text, brand));
    }

    private static boolean isEmbedToken(CharSequence text, String brand) {
        int start = brand.length() + EMBED.length();
        int checksumStart = start + SECRET_LENGTH;
        return text.length() == checksumStart + Base62.CHECKSUM_LENGTH
                && startsWith(text, brand, 0)
                && startsWith(text, EMBED, brand.length())
                && Base62.isBase62(text, start, text.length())
                && Base62.hasChecksum(text, start, checksumStart);
    }

    /** Never throws, whatever the text is. */
    public ParsedKey parse(CharSequence text) {
        int length = text.length();
        if (length == 0 || length > KEY_LENGTH_MAX) {
            return MALFORMED;
        }
        for (int i = 0; i < brands.size(); i++) {
            String brand = brands.get(i);
            if (hasBrand(text, brand)) {
                return parseBranded(text, brand);
            }
        }
        return isPlausible(text) ? FOREIGN : MALFORMED;
    }

    /** Whether the text begins like a key of ours, whatever follows. */
    public boolean hasBrand(CharSequence text) {
        return brands.stream().anyMatch(brand -> hasBrand(text, brand));
    }

    private static boolean hasBrand(CharSequence text, String brand) {
        return startsWith(text, brand, 0) && brand.length() < text.length() && text.charAt(brand.length()) == '_';
    }

    /** Whether a whole key of ours, or a whole token of an embed session, stands anywhere in the text: then the text must not be kept, shown or logged. */
    public boolean isContainedIn(String text) {
        return isAnywhere(text, (brand, at) -> startsKey(text, at, brand) || startsEmbedToken(text, at, brand));
    }

    /** Whether a part of the secret of one stands anywhere in the text, which may have been cut. */
    public boolean isBegunIn(String text) {
        return isAnywhere(text, (brand, at) -> startsSecret(text, at, brand));
    }

    private interface Start {
        boolean isAt(String brand, int at);
    }

    private boolean isAnywhere(String text, Start start) {
        for (String brand : brands) {
            for (int at = text.indexOf(brand); at >= 0; at = text.indexOf(brand, at + 1)) {
                if (start.isAt(brand, at)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean startsKey(String text, int at, String brand) {
        for (String prefix : prefixes(brand)) {
            int end = at + prefix.length() + BODY_LENGTH + Base62.CHECKSUM_LENGTH;
            if (end <= text.length()
                    && text.startsWith(prefix, at)
                    && parseBranded(text.substring(at, end), brand) instanceof ParsedKey.WellFormed) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsEmbedToken(String text, int at, String brand) {
        int end = at + brand.length() + EMBED.length() + SECRET_LENGTH + Base62.CHECKSUM_LENGTH;
        return end <= text.length() && isEmbedToken(text.substring(at, end), brand);
    }

    /** The body of a key begins with its id, which is no secret. */
    private static boolean startsSecret(String text, int at, String brand) {
        return prefixes(brand).stream().anyMatch(prefix -> startsMoreThanId(text, at, prefix))
                || startsMoreThanId(text, at, brand + EMBED);
    }

    private static boolean startsMoreThanId(String text, int at, String prefix) {
        int body = at + prefix.length();
        int secret = body + ApiKeyId.BODY_LENGTH;
        return secret < text.length() && text.startsWith(prefix, at) && Base62.isBase62(text, body, secret + 1);
    }

    private static List<String> prefixes(String brand) {
        List<String> prefixes = new ArrayList<>(MODES.length * KINDS.length);
        for (KeyMode mode : MODES) {
            for (KeyKind kind : KINDS) {
                prefixes.add(brand + "_" + mode.wire() + "_" + kind.wire() + "_");
            }
        }
        return prefixes;
    }

    private static ParsedKey parseBranded(CharSequence text, String brand) {
        int at = brand.length() + 1;
        for (KeyMode mode : MODES) {
            for (KeyKind kind : KINDS) {
                int bodyStart = at + mode.wire().length() + 1 + kind.wire().length() + 1;
                int checksumStart = bodyStart + BODY_LENGTH;
                if (text.length() == checksumStart + Base62.CHECKSUM_LENGTH
                        && startsWith(text, mode.wire(), at)
                        && text.charAt(at + mode.wire().length()) == '_'
                        && startsWith(text, kind.wire(), at + mode.wire().length() + 1)
                        && text.charAt(bodyStart - 1) == '_'
                        && Base62.isBase62(text, bodyStart, text.length())
                        && Base62.hasChecksum(text, bodyStart, checksumStart)) {
                    return new ParsedKey.WellFormed(brand, mode, kind, ApiKeyId.ofBody(text, bodyStart));
                }
            }
        }
        return MALFORMED;
    }

    private static boolean startsWith(CharSequence text, String part, int at) {
        if (text.length() < at + part.length()) {
            return false;
        }
        for (int i = 0; i < part.length(); i++) {
            if (text.charAt(at + i) != part.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A key travels in a header: visible ASCII characters, at most 512 of them. */
    private static boolean isPlausible(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** The first characters of a key, which are stored and shown. */
    public static String prefixOf(String key) {
        return key.substring(0, Math.min(PREFIX_LENGTH, key.length()));
    }

    /** The last characters of a key: what its holder sees. */
    public static String lastFourOf(String key) {
        return key.substring(Math.max(0, key.length() - LAST_LENGTH));
    }

    /** A key as it is shown after its creation: {@code shl_live_sk_3Fq0…x9Kp}. */
    public static String mask(String prefix, String lastFour) {
        return prefix + "…" + lastFour;
    }
}
