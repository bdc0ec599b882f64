package dev.shearline.server.identity;

import java.util.Optional;

/** One of the host's things, by its type and the host's own id of it: {@code project/42}. */
public record ResourceName(String type, String externalId) {

    public static final int TYPE_MAX = 50;
    /** The longest text that names one. */
    public static final int LENGTH_MAX = TYPE_MAX + 1 + Ref.EXTERNAL_ID_MAX;

    /** Stands for every id, so that none is called so. */
    static final String EVERY = "*";

    public ResourceName {
        if (!isType(type) || !isExternalId(externalId)) {
            throw new IllegalArgumentException("not a resource of the form type/id");
        }
    }

    /** The id may have slashes of its own. */
    public static Optional<ResourceName> find(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? Optional.empty() : find(text.substring(0, slash), text.substring(slash + 1));
    }

    public static Optional<ResourceName> find(String type, String externalId) {
        return isType(type) && isExternalId(externalId)
                ? Optional.of(new ResourceName(type, externalId))
                : Optional.empty();
    }

    /** {@code [a-z][a-z0-9_-]{0,49}}, without a regular expression: verifications ask. */
    public static boolean isType(String text) {
        if (text.isEmpty() || text.length() > TYPE_MAX || !isLetter(text.charAt(0))) {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && (c < '0' || c > '9') && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isExternalId(String text) {
        return Ref.isExternalId(text) && !text.equals(EVERY);
    }

    @Override
    public String toString() {
        return type + "/" + externalId;
    }
}
