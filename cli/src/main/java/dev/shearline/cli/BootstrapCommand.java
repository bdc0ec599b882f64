package dev.shearline.cli;

import dev.shearline.server.Bootstrap;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.keys.ApiKey;
import dev.shearline.server.keys.IssuedKey;
import dev.shearline.server.secrets.SecretsException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bootstrap}. */
@Command(
        name = "bootstrap",
        description = {
            "Makes the first operator key, with the configuration of a node: nobody else could.",
            "It is printed once, alone on standard output."
        },
        mixinStandardHelpOptions = true)
final class BootstrapCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(names = "--name", paramLabel = "NAME", description = "what people call it (default: first operator)")
    private String name = "first operator";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "what it may do; repeatable (default: *, everything)",
            split = ",")
    private List<String> scopes = List.of("*");

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "12h, 90d, 1y, none, or a time such as 2030-01-31T12:00:00Z (default: 90d)")
    private @Nullable String expires;

    @Option(
            names = "--again",
            description = "although there are operator keys: the way back in for who has lost all of them")
    private boolean again;

    private final Surroundings surroundings;

    BootstrapCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var settings = config.settings(surroundings);
        try (var bootstrap = Bootstrap.open(settings)) {
            return switch (bootstrap.makeOperatorKey(wanted(), again)) {
                case Bootstrap.Outcome.Made(var made) -> reveal(made.value());
                case Bootstrap.Outcome.OperatorKeysExist(var keys) -> refuse(keys);
            };
        } catch (ConfigurationException | SecretsException e) {
            throw CommandFailure.because(ExitCode.USAGE, e);
        } catch (ProblemException e) {
            throw new CommandFailure(ExitCode.USAGE, e.problem().detail(), e);
        } catch (DatabaseUnavailableException e) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "PostgreSQL at " + settings.database() + " cannot be reached. See: shearline doctor",
                    e);
        }
    }

    private Bootstrap.Wanted wanted() {
        boolean time = expires != null && Body.isTime(expires);
        try {
            return new Bootstrap.Wanted(
                    name,
                    scopes,
                    time ? Optional.empty() : Optional.ofNullable(expires),
                    time ? Optional.of(Instant.parse(expires)) : Optional.empty());
        } catch (DateTimeParseException e) {
            throw CommandFailure.usage(
                    "--expires must be a duration such as 90d, none, or a time such as" + " 2030-01-31T12:00:00Z.");
        }
    }

    private int reveal(IssuedKey issued) {
        surroundings.out().println(issued.secret().secret().reveal());
        if (surroundings.out().checkError()) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "The key " + issued.key().id() + " was made, but its secret could not be written, and it is kept"
                            + " nowhere. Make another with --again, and revoke this one with it.");
        }
        surroundings.tell("Made the operator key " + shown(issued.key()) + ".");
        surroundings.tell("The secret is shown this once; Shearline does not keep it.");
        return ExitCode.OK;
    }

    private static int refuse(List<ApiKey> keys) {
        throw new CommandFailure(
                ExitCode.CONFLICT,
                "There are operator keys already: "
                        + keys.stream().map(BootstrapCommand::shown).collect(Collectors.joining(", "))
                        + ". Make more with one of them: shearline keys create --type operator. If all of them are lost,"
                        + " --again makes another here.");
    }

    private static String shown(ApiKey key) {
        return "\"" + Text.printable(key.name()) + "\" (" + key.id() + ", "
                + key.expiresAt().map(end -> "until " + end).orElse("without expiry") + ")";
    }
}
