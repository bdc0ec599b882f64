package dev.shearline.server.identity;

import java.util.Optional;
import java.util.regex.Pattern;

/** A right: {@code resource:action}, {@code resource:*}, or {@code *} for full access. */
public record Scope(String value) implements Comparable<Scope> {

    public static final int LENGTH_MAX = 100;
    private static final Pattern SYNTAX = Pattern.compile("\\*|[a-z][a-z0-9_.-]*:(\\*|[a-z0-9][a-z0-9_.-]*)");

    public static final Scope FULL_ACCESS = new Scope("*");
    public static final Scope KEYS_READ = new Scope("keys:read");
    public static final Scope KEYS_WRITE = new Scope("keys:write");
    public static final Scope KEYS_VERIFY = new Scope("keys:verify");
    public static final Scope ORGANIZATIONS_READ = new Scope("organizations:read");
    public static final Scope ORGANIZATIONS_WRITE = new Scope("organizations:write");
    public static final Scope MEMBERS_READ = new Scope("members:read");
    public static final Scope MEMBERS_WRITE = new Scope("members:write");
    public static final Scope SCOPES_WRITE = new Scope("scopes:write");

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
        return value.endsWith(":*") && other.value.startsWith(value.substring(0, value.length() - 1));
    }

    public boolean isPattern() {
        return value.endsWith("*");
    }

    /** {@code keys} of {@code keys:read}; empty for full access. */
    public String resource() {
        int colon = value.indexOf(':');
        return colon < 0 ? "" : value.substring(0, colon);
    }

    private static boolean isScope(String text) {
        return text.length() <= LENGTH_MAX && SYNTAX.matcher(text).matches();
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
