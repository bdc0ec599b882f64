package dev.shearline.cli;

import java.util.function.BooleanSupplier;

/** Which of standard input, output and error a person sits at. */
record Terminals(boolean in, boolean out, boolean err) {
    static final Terminals NONE = new Terminals(false, false, false);
    static final Terminals ALL = new Terminals(true, true, true);
    /** Set by the launcher, which can tell each by itself: the digits of the descriptors that are terminals. */
    private static final String PROPERTY = "shearline.terminals";

    static Terminals ofProcess(BooleanSupplier console) {
        var digits = System.getProperty(PROPERTY);
        if (digits == null) {
            return console.getAsBoolean() ? ALL : NONE;
        }
        return new Terminals(digits.contains("0"), digits.contains("1"), digits.contains("2"));
    }
}
