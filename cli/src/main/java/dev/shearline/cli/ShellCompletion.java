package dev.shearline.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Completion for bash and zsh, which are alike but for how the candidates are handed over. */
final class ShellCompletion {
    private static final String BASH = """
            # Completion of shearline for bash.
            _shearline() {
                local word="${COMP_WORDS[COMP_CWORD]}" at="" commands="" options="" i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "${at:+$at }${COMP_WORDS[i]}" in
                        PATHS) at="${at:+$at }${COMP_WORDS[i]}" ;;
                    esac
                done
                case "$at ${COMP_WORDS[COMP_CWORD-1]}" in
            VALUES    esac
                case "$at" in
            PLACES    esac
                if [[ $word == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$word"))
                else
                    COMPREPLY=($(compgen -W "$commands" -- "$word"))
                fi
            }
            complete -F _shearline shearline
            """;
    private static final String ZSH = """
            #compdef shearline
            # Completion of shearline for zsh.
            _shearline() {
                local at="" i
                local -a commands options values shown
                for ((i = 2; i < CURRENT; i++)); do
                    case "${at:+$at }${words[i]}" in
                        PATHS) at="${at:+$at }${words[i]}" ;;
                    esac
                done
                case "$at ${words[CURRENT-1]}" in
            VALUES    esac
                case "$at" in
            PLACES    esac
                if [[ ${words[CURRENT]} == -* ]]; then
                    shown=("${options[@]}")
                else
                    shown=("${commands[@]}")
                fi
                values=("${shown[@]%%  -- *}")
                compadd -l -d shown -a -- values
            }
            if (( ! $+functions[compdef] )); then
                autoload -Uz compinit && compinit
            fi
            if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
                _shearline "$@"
            else
                compdef _shearline shearline
            fi
            """;

    private ShellCompletion() {}

    static String bash(List<CompletionPlace> places) {
        return BASH.replace("PATHS", paths(places))
                .replace(
                        "VALUES",
                        values(
                                places,
                                "COMPREPLY=($(compgen -W \"ONE_OF\" -- \"$word\")); return",
                                "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$word\")); return"))
                .replace(
                        "PLACES",
                        places.stream().map(ShellCompletion::bashPlace).collect(Collectors.joining()));
    }

    static String zsh(List<CompletionPlace> places) {
        return ZSH.replace("PATHS", paths(places))
                .replace("VALUES", values(places, "compadd -- ONE_OF; return", "_files; return"))
                .replace(
                        "PLACES", places.stream().map(ShellCompletion::zshPlace).collect(Collectors.joining()));
    }

    /** {@code "keys"|"keys list"}. */
    private static String paths(List<CompletionPlace> places) {
        return places.stream()
                .map(CompletionPlace::path)
                .filter(path -> !path.isEmpty())
                .map(path -> "\"" + path + "\"")
                .collect(Collectors.joining("|"));
    }

    /** What follows an option that takes a value: one of some, a file, or nothing that is known. */
    private static String values(List<CompletionPlace> places, String oneOf, String file) {
        var patterns = new LinkedHashMap<String, List<String>>();
        for (var place : places) {
            for (var option : place.options()) {
                if (option.takesValue()) {
                    var answer = option.takesFile()
                            ? file
                            : option.values().isEmpty()
                                    ? "return"
                                    : oneOf.replace("ONE_OF", String.join(" ", option.values()));
                    option.names()
                            .forEach(name -> patterns.computeIfAbsent(answer, _ -> new ArrayList<>())
                                    .add("\"" + place.path() + " " + name + "\""));
                }
            }
        }
        return patterns.entrySet().stream().map(ShellCompletion::branch).collect(Collectors.joining());
    }

    private static String branch(Map.Entry<String, List<String>> pattern) {
        return "        " + String.join("|", pattern.getValue()) + ") " + pattern.getKey() + " ;;\n";
    }

    private static String bashPlace(CompletionPlace place) {
        var commands = place.commands().stream().map(CompletionPlace::name).collect(Collectors.joining(" "));
        var options = place.options().stream()
                .flatMap(option -> option.names().stream())
                .collect(Collectors.joining(" "));
        return "        \"" + place.path() + "\") commands=\"" + commands + "\" options=\"" + options + "\" ;;\n";
    }

    private static String zshPlace(CompletionPlace place) {
        var commands = place.commands().stream().map(command -> described(command.name(), command.description()));
        var options = place.options().stream()
                .flatMap(option -> option.names().stream().map(name -> described(name, option.description())));
        return "        \"" + place.path() + "\") commands=(" + words(commands) + ") options=(" + words(options)
                + ") ;;\n";
    }

    private static String described(String name, String description) {
        return "'" + name + "  -- " + description.replace("'", "'\\''") + "'";
    }

    private static String words(Stream<String> words) {
        return words.collect(Collectors.joining(" "));
    }
}
