package dev.shearline.cli;

import java.util.List;
import picocli.CommandLine;

/** {@code secrets}: the instance keys. */
final class SecretsCommand {

    private SecretsCommand() {}

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        return new Commands()
                .add("create", () -> new CommandLine(new SecretsCreate(surroundings)))
                .add("rotate", () -> new CommandLine(new SecretsRotate(surroundings)))
                .group("secrets", "The instance keys, which every node has the same of.", arguments);
    }
}
