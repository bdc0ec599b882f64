package dev.shearline.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
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
        var out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        var surroundings = Surroundings.ofProcess(out.printStream());
        int exitCode = run(surroundings, arguments);
        surroundings.out().flush();
        var loss = out.findLoss();
        loss.ifPresent(surroundings::tellError);
        System.exit(loss.isPresent() && exitCode == ExitCode.OK ? ExitCode.FAILURE : exitCode);
    }

    static int run(Surroundings surroundings, String... arguments) {
        return commandLine(surroundings, List.of(arguments)).execute(arguments);
    }

    /** The commands that the arguments call, or all of them. */
    static CommandLine commandLine(Surroundings surroundings, List<String> arguments) {
        var style = surroundings.style();
        var line = new CommandLine(new Shearline(surroundings));
        commands(surroundings, arguments.stream().skip(1).toList()).addTo(line, arguments);
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(style == Style.COLOURED ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Table.WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, result) -> failed(surroundings, failure))
                .setParameterExceptionHandler((failure, given) -> misused(surroundings, failure));
        return line;
    }

    private static Commands commands(Surroundings surroundings, List<String> rest) {
        var commands = new Commands()
                .add("dev", () -> new CommandLine(new DevCommand(surroundings)))
                .add("serve", () -> new CommandLine(new ServeCommand(surroundings)))
                .add("migrate", () -> new CommandLine(new MigrateCommand(surroundings)))
                .add("bootstrap", () -> new CommandLine(new BootstrapCommand(surroundings)))
                .add("doctor", () -> new CommandLine(new DoctorCommand(surroundings)))
                .add("config", () -> ConfigCheck.group(surroundings, rest))
                .add("secrets", () -> SecretsCommand.of(surroundings, rest))
                .add("auth", () -> AuthCommand.of(surroundings, rest))
                .add("keys", () -> KeysCommand.of(surroundings, rest))
                .add("usage", () -> UsageCommand.of(surroundings));
        Resources.all()
                .forEach((name, resource) ->
                        commands.add(name, () -> ResourceCommand.of(surroundings, resource.get(), rest)));
        return commands.add("webhooks", () -> WebhooksCommand.of(surroundings, rest))
                .add("invitations", () -> InvitationsCommand.of(surroundings, rest))
                .add("audit", () -> AuditCommand.of(surroundings, rest))
                .add("completion", () -> new CommandLine(new CompletionCommand(surroundings)));
    }

    private static int failed(Surroundings surroundings, Exception failure) throws Exception {
        if (failure instanceof CommandFailure told) {
            surroundings.tellError(told.getMessage());
            return told.exitCode();
        }
        if (failure instanceof UncheckedIOException) {
            surroundings.tellError(Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
            return ExitCode.FAILURE;
        }
        throw failure;
    }

    private static int misused(Surroundings surroundings, ParameterException failure) {
        var name = failure.getCommandLine().getCommandSpec().qualifiedName();
        surroundings.tellError(Objects.requireNonNullElse(failure.getMessage(), "This is not understood."));
        CommandLine.UnmatchedArgumentException.printSuggestions(
                failure, failure.getCommandLine().getErr());
        surroundings.err().println("See: " + name + " --help");
        return ExitCode.USAGE;
    }

    @Override
    public Integer call() {
        commandLine(surroundings, List.of()).usage(surroundings.err());
        return ExitCode.USAGE;
    }
}
