package dev.shearline.server.identity;

import java.util.Optional;

/** A right: {@code resource:action}, {@code resource:*}, or {@code *} for full access. */
public record Scope(String value) implements Comparable<Scope> {

    public static final int LENGTH_MAX = 100;

    public static final Scope FULL_ACCESS = new Scope("*");
    public static final Scope KEYS_READ = new Scope("keys:read");
    public static final Scope KEYS_WRITE = new Scope("keys:write");
    public static final Scope KEYS_VERIFY = new Scope("keys:verify");
    public static final Scope EMBED_CREATE = new Scope("embed:create");
    public static final Scope RESOURCES_READ = new Scope("resources:read");
    public static final Scope RESOURCES_WRITE = new Scope("resources:write");
    public static final Scope ORGANIZATIONS_READ = new Scope("organizations:read");
    public static final Scope ORGANIZATIONS_WRITE = new Scope("organizations:write");
    public static final Scope MEMBERS_READ = new Scope("members:read");
    public static final Scope MEMBERS_WRITE = new Scope("members:write");
    public static final Scope AUDIT_READ = new Scope("audit:read");
    public static final Scope WEBHOOKS_READ = new Scope("webhooks:read");
    public static final Scope WEBHOOKS_WRITE = new Scope("webhooks:write");
    public static final Scope SCOPES_WRITE = new Scope("scopes:write");
    public static final Scope PLANS_WRITE = new Scope("plans:write");
    public static final Scope POLICIES_WRITE = new Scope("policies:write");

    public Scope {
        if (!isScope(value)) {
            throw new IllegalArgumentException("not a scope of the form resource:action");
        }
    }

    public static Optional<Scope> find(String text) {
        return isScope(text) ? Optional.of(new Scope(text)) : Optional.empty();
    }

    /** {@code *} covers everything, {@code keys:*} every {@code keys:…}, any other scope only itself. */
    public boolean covers(Scope other) {
        if (value.equals("*") || value.equals(other.value)) {
            return true;
        }
        return value.endsWith(":*") && other.value.regionMatches(0, value, 0, value.length() - 1);
    }

    public boolean isPattern() {
        return value.endsWith("*");
    }

    /** {@code keys} of {@code keys:read}; empty for full access. */
    public String resource() {
        int colon = value.indexOf(':');
        return colon < 0 ? "" : value.substring(0, colon);
    }

    /** {@code \*|[a-z][a-z0-9_.-]*:(\*|[a-z0-9][a-z0-9_.-]*)}, without a regular expression: every verification asks. */
    private static boolean isScope(String text) {
        if (text.equals("*")) {
            return true;
        }
        int colon = text.indexOf(':');
        return text.length() <= LENGTH_MAX
                && colon > 0
                && isLetter(text.charAt(0))
                && isRest(text, 1, colon)
                && isAction(text, colon + 1);
    }

    private static boolean isAction(String text, int start) {
        if (start == text.length()) {
            return false;
        }
        char first = text.charAt(start);
        return first == '*'
                ? text.length() == start + 1
                : (isLetter(first) || isDigit(first)) && isRest(text, start + 1, text.length());
    }

    private static boolean isRest(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && !isDigit(c) && c != '_' && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @Override
    public int compareTo(Scope other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
