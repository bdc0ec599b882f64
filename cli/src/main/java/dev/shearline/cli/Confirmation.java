package dev.shearline.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Asks before what cannot be undone, where there is somebody to ask. */
final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    private boolean yes;

    @Option(
            names = "--confirm",
            paramLabel = "NAME",
            description = "do not ask, if it is called so (of several: if they are so many)")
    private @Nullable String expected;

    /** Nothing needs to be looked up for it. */
    boolean isGiven() {
        return yes;
    }

    /** Before anything is asked of the server. */
    void require(Surroundings surroundings, String verb) {
        if (!yes && expected == null && !surroundings.terminal()) {
            throw CommandFailure.usage("There is no terminal to ask at before it is done. Add --yes to " + verb
                    + " all the same, or --confirm with the name.");
        }
    }

    /**
     * Says whether to go on, having asked if nothing was said beforehand.
     *
     * @param what {@code revoke it for good}
     * @param word what {@code --confirm} must say
     * @param typed whether the word has to be typed, not just a yes
     */
    boolean confirms(Surroundings surroundings, String what, String word, boolean typed) {
        if (yes) {
            return true;
        }
        if (expected != null) {
            if (!expected.equals(word)) {
                throw new CommandFailure(
                        ExitCode.CONFLICT,
                        "--confirm says \"" + Text.printable(expected) + "\", but it is \"" + Text.printable(word)
                                + "\". Nothing was done.");
            }
            return true;
        }
        surroundings
                .err()
                .print(
                        typed
                                ? Text.fold("Type " + Text.printable(word) + " to " + what + ": ", Table.WIDTH)
                                : "Really " + what + "? [y/N] ");
        surroundings.err().flush();
        var answer = readLine(surroundings);
        boolean confirmed = typed
                ? answer.equals(word.strip())
                : answer.toLowerCase(Locale.ROOT).matches("y|yes");
        if (!confirmed) {
            surroundings.tell("Nothing was done.");
        }
        return confirmed;
    }

    private static String readLine(Surroundings surroundings) {
        try {
            var line = new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line.strip();
        } catch (IOException e) {
            return "";
        }
    }
}
