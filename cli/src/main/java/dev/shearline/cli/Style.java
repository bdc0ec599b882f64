package dev.shearline.cli;

/** Colour, where there is any. It only ever repeats what the text says. */
enum Style {
    PLAIN,
    COLOURED;

    enum Colour {
        NONE(""),
        GREEN("32"),
        YELLOW("33"),
        RED("31"),
        FAINT("2"),
        BOLD("1");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    String paint(Colour colour, String text) {
        return this == PLAIN || colour == Colour.NONE || text.isEmpty()
                ? text
                : "\u001b[" + colour.code + "m" + text + "\u001b[0m";
    }
}
