package dev.shearline.server.secrets;

import java.util.regex.Pattern;

/** What a derived key is for. Two purposes have unrelated keys, and one cannot read what the other wrote. */
public record Purpose(String label) {

    private static final Pattern SYNTAX = Pattern.compile("[a-z][a-z0-9-]{2,39}");

    public Purpose {
        if (!SYNTAX.matcher(label).matches()) {
            throw new IllegalArgumentException("a purpose is a few lower-case words: " + label);
        }
    }
}
