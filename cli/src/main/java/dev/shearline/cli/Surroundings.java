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

/**
 * What a command finds around it: nothing in here is read from anywhere else.
 *
 * @param terminal whether a person sits at both ends
 */
record Surroundings(
        Map<String, String> environment,
        Path directory,
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean terminal,
        Clock clock) {

    private static final Set<String> OF_THE_CLIENT =
            Set.of("SHEARLINE_URL", "SHEARLINE_KEY", "SHEARLINE_KEY_FILE", "SHEARLINE_VERIFY_KEY");

    Surroundings {
        environment = Map.copyOf(environment);
    }

    @SuppressWarnings("SystemConsoleNull") // it is null again since JDK 25, where input or output is no terminal
    static Surroundings ofProcess() {
        var console = System.console();
        return new Surroundings(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                console != null && console.isTerminal(),
                Clock.systemUTC());
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

    Style style() {
        boolean plain = !terminal
                || environment.containsKey("NO_COLOR")
                || environment.getOrDefault("TERM", "dumb").equals("dumb");
        return plain ? Style.PLAIN : Style.COLOURED;
    }
}
