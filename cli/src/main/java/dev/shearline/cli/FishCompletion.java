package dev.shearline.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Completion for fish: one line a candidate. */
final class FishCompletion {
    private static final String HEAD = """
            # Completion of shearline for fish.
            set -g __shearline_paths PATHS
            function __shearline_at --argument-names wanted
                set -l at ''
                set -l given (commandline -opc)
                set -e given[1]
                for word in $given
                    set -l next (string trim -- "$at $word")
                    if contains -- $next $__shearline_paths
                        set at $next
                    end
                end
                test "$at" = "$wanted"
            end
            complete -c shearline -f
            """;

    private FishCompletion() {}

    static String of(List<CompletionPlace> places) {
        var paths = places.stream()
                .map(CompletionPlace::path)
                .filter(path -> !path.isEmpty())
                .map(FishCompletion::quoted)
                .collect(Collectors.joining(" "));
        return HEAD.replace("PATHS", paths)
                + places.stream().map(FishCompletion::lines).collect(Collectors.joining());
    }

    private static String lines(CompletionPlace place) {
        var lines = new StringBuilder();
        var at = "complete -c shearline -n " + quoted("__shearline_at '" + place.path() + "'");
        for (var command : place.commands()) {
            lines.append(at)
                    .append(" -a ")
                    .append(command.name())
                    .append(" -d ")
                    .append(quoted(command.description()))
                    .append('\n');
        }
        for (var option : place.options()) {
            lines.append(at);
            for (var name : option.names()) {
                lines.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            lines.append(argument(option))
                    .append(" -d ")
                    .append(quoted(option.description()))
                    .append('\n');
        }
        return lines.toString();
    }

    private static String argument(CompletionPlace.Choice option) {
        if (!option.takesValue()) {
            return "";
        }
        if (option.takesFile()) {
            return " -r -F";
        }
        return " -x" + (option.values().isEmpty() ? "" : " -a " + quoted(String.join(" ", option.values())));
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
