package dev.shearline.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a command finds around it: nothing in here is read from anywhere else. */
record Surroundings(
        Map<String, String> environment,
        Path directory,
        InputStream in,
        PrintStream out,
        PrintStream err,
        Terminals terminals,
        Clock clock) {

    private static final Set<String> OF_THE_CLIENT =
            Set.of("SHEARLINE_URL", "SHEARLINE_KEY", "SHEARLINE_KEY_FILE", "SHEARLINE_VERIFY_KEY");

    Surroundings {
        environment = Map.copyOf(environment);
    }

    static Surroundings ofProcess(PrintStream out) {
        return new Surroundings(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                System.in,
                out,
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                Terminals.ofProcess(Surroundings::isConsole),
                Clock.systemUTC());
    }

    @SuppressWarnings("SystemConsoleNull") // it is null again since JDK 25, where input or output is no terminal
    private static boolean isConsole() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /** An empty variable is as good as none. */
    Optional<String> findVariable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** Without the variables of the command line, which a server would refuse as unknown. */
    Map<String, String> serverEnvironment() {
        return environment.entrySet().stream()
                .filter(variable -> !OF_THE_CLIENT.contains(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Whether somebody is there to be asked. In a pipeline nobody is, whatever it gives its jobs for a terminal. */
    boolean terminal() {
        return terminals.in() && terminals.err() && findVariable("CI").isEmpty();
    }

    /** Of standard output. */
    Style style() {
        return style(terminals.out());
    }

    /** Of standard error. */
    Style errorStyle() {
        return style(terminals.err());
    }

    private Style style(boolean terminal) {
        boolean plain = !terminal
                || environment.containsKey("NO_COLOR")
                || environment.getOrDefault("TERM", "dumb").equals("dumb");
        return plain ? Style.PLAIN : Style.COLOURED;
    }

    /** To people, on standard error; folded where a terminal would do so in the middle of a word. */
    void tell(String message) {
        err.println(terminals.err() ? Text.fold(message, Table.WIDTH) : message);
    }

    /** A sentence as the result of a command. */
    void answer(String message) {
        out.println(terminals.out() ? Text.fold(message, Table.WIDTH) : message);
    }

    void tellError(String message) {
        tell(errorStyle().paint(Style.Colour.RED, "error:") + " " + message);
    }
}
