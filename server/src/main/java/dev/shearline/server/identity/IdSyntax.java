package dev.shearline.server.identity;

/** The shape of an id: a prefix that names the kind, then letters and digits. */
final class IdSyntax {

    static final int BODY_MAX = 40;

    private IdSyntax() {}

    static boolean matches(String prefix, String text) {
        if (!text.startsWith(prefix)) {
            return false;
        }
        int length = text.length() - prefix.length();
        if (length < 1 || length > BODY_MAX) {
            return false;
        }
        for (int i = prefix.length(); i < text.length(); i++) {
            if (!isLetterOrDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
