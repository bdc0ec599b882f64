package dev.shearline.cli;

import java.util.List;
import picocli.CommandLine;

/** {@code auth}: with what and against what the other commands work. */
final class AuthCommand {

    private AuthCommand() {}

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        return new Commands()
                .add("status", () -> new CommandLine(new AuthStatus(surroundings)))
                .add("sources", () -> new CommandLine(new AuthSources(surroundings)))
                .group("auth", "Which instance commands speak to, and with which key.", arguments);
    }
}
