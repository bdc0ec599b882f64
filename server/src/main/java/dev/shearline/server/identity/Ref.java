package dev.shearline.server.identity;

import java.util.Optional;

/** How a caller names a thing: by our id, or by its own as {@code ext:<external id>}. */
public sealed interface Ref {

    String EXTERNAL_PREFIX = "ext:";
    int EXTERNAL_ID_MAX = 255;

    record ById(String id) implements Ref {}

    record ByExternalId(String externalId) implements Ref {}

    /** Empty when the text can name nothing: too long, or with characters that no id has. */
    static Optional<Ref> find(String text) {
        if (text.startsWith(EXTERNAL_PREFIX)) {
            var externalId = text.substring(EXTERNAL_PREFIX.length());
            return isExternalId(externalId) ? Optional.of(new ByExternalId(externalId)) : Optional.empty();
        }
        return text.isEmpty() || text.length() > EXTERNAL_ID_MAX ? Optional.empty() : Optional.of(new ById(text));
    }

    /** At most 255 printable characters, none of them white space at an end. */
    static boolean isExternalId(String text) {
        return !text.isEmpty()
                && text.length() <= EXTERNAL_ID_MAX
                && text.equals(text.strip())
                && text.codePoints().allMatch(Ref::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** As the caller wrote it. */
    default String wire() {
        return switch (this) {
            case ById byId -> byId.id();
            case ByExternalId external -> EXTERNAL_PREFIX + external.externalId();
        };
    }
}
