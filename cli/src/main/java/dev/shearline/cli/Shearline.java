package dev.shearline.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** The {@code shearline} command. */
@Command(
        name = "shearline",
        description = "Issues, verifies and revokes API keys.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Shearline implements Callable<Integer> {

    private final Surroundings surroundings;

    private Shearline(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public static void main(String[] arguments) {
        System.exit(run(Surroundings.ofProcess(), arguments));
    }

    static int run(Surroundings surroundings, String... arguments) {
        return commandLine(surroundings).execute(arguments);
    }

    private static CommandLine commandLine(Surroundings surroundings) {
        var style = surroundings.style();
        var line = new CommandLine(new Shearline(surroundings));
        line.addSubcommand(new DevCommand(surroundings))
                .addSubcommand(new ServeCommand(surroundings))
                .addSubcommand(new MigrateCommand(surroundings))
                .addSubcommand(KeysCommand.of(surroundings))
                .setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(style == Style.COLOURED ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Table.WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, result) -> failed(surroundings, failure))
                .setParameterExceptionHandler((failure, arguments) -> misused(surroundings, failure));
        return line;
    }

    private static int failed(Surroundings surroundings, Exception failure) throws Exception {
        if (failure instanceof CommandFailure told) {
            surroundings
                    .err()
                    .println(surroundings.style().paint(Style.Colour.RED, "error:") + " " + told.getMessage());
            return told.exitCode();
        }
        throw failure;
    }

    private static int misused(Surroundings surroundings, ParameterException failure) {
        var name = failure.getCommandLine().getCommandSpec().qualifiedName();
        surroundings.err().println(surroundings.style().paint(Style.Colour.RED, "error:") + " " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(
                failure, failure.getCommandLine().getErr());
        surroundings.err().println("See: " + name + " --help");
        return ExitCode.USAGE;
    }

    @Override
    public Integer call() {
        commandLine(surroundings).usage(surroundings.err());
        return ExitCode.USAGE;
    }
}
