package dev.shearline.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command, and what may follow it.
 *
 * @param path the words that lead to it, without the program's
 */
record CompletionPlace(String path, String description, List<CompletionPlace> commands, List<Choice> options) {
    private static final int DESCRIPTION_MAX = 56;
    private static final Map<String, String> VALUES = Map.of(
            "keys --status", "active expiring rotating not_yet_valid disabled expired used revoked",
            "orgs --status", "active suspended closed",
            "--type", "personal team ci ephemeral operator",
            "--mode", "live test",
            "--sort", "created name last_used expires",
            "--order", "asc desc",
            "--role", "viewer developer admin owner");

    /**
     * An option.
     *
     * @param values to choose from; empty for a flag, and where anything goes
     */
    record Choice(List<String> names, String description, boolean takesValue, boolean takesFile, List<String> values) {}

    /** The whole tree, each place before those below it. */
    static List<CompletionPlace> everyOne(CommandLine line) {
        var places = new ArrayList<CompletionPlace>();
        of("", line.getCommandSpec()).addTo(places);
        return places;
    }

    private void addTo(List<CompletionPlace> places) {
        places.add(this);
        commands.forEach(command -> command.addTo(places));
    }

    String name() {
        return path.substring(path.lastIndexOf(' ') + 1);
    }

    private static CompletionPlace of(String path, CommandSpec spec) {
        var commands = spec.subcommands().entrySet().stream()
                .map(command -> of(
                        (path + " " + command.getKey()).strip(),
                        command.getValue().getCommandSpec()))
                .toList();
        var options = spec.options().stream()
                .filter(option -> !option.hidden())
                .map(option -> choice(path, option))
                .toList();
        return new CompletionPlace(path, sentence(spec.usageMessage().description()), commands, options);
    }

    private static Choice choice(String path, OptionSpec option) {
        boolean takesValue = option.arity().max() > 0;
        var label = option.paramLabel();
        boolean takesFile = takesValue && (label.equals("FILE") || label.equals("DIRECTORY"));
        return new Choice(
                List.of(option.names()),
                sentence(option.description()),
                takesValue,
                takesFile,
                takesValue ? values(path, option) : List.of());
    }

    private static List<String> values(String path, OptionSpec option) {
        if (option.completionCandidates() != null) {
            var candidates = new ArrayList<String>();
            option.completionCandidates().forEach(candidates::add);
            return candidates;
        }
        var name = option.longestName();
        return Optional.ofNullable(VALUES.get(path.split(" ")[0] + " " + name))
                .or(() -> Optional.ofNullable(VALUES.get(name)))
                .map(values -> Arrays.asList(values.split(" ")))
                .orElse(List.of());
    }

    /** The first of a description, without its full stop. */
    private static String sentence(String... description) {
        var text = description.length == 0 ? "" : String.format(description[0]);
        int end = text.indexOf(". ");
        var sentence = (end < 0 ? text : text.substring(0, end)).replaceAll("[.:]$", "");
        return Text.cut(sentence, DESCRIPTION_MAX);
    }
}
