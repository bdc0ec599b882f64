package dev.shearline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with keys. */
@Command(
        name = "keys",
        description = "Creates, lists, verifies, rotates and revokes API keys.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class KeysCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    static CommandLine of(Surroundings surroundings) {
        return new CommandLine(new KeysCommand())
                .addSubcommand(new KeysCreate(surroundings))
                .addSubcommand(new KeysList(surroundings))
                .addSubcommand(new KeysGet(surroundings))
                .addSubcommand(new KeysRotate(surroundings))
                .addSubcommand(new KeysRevoke(surroundings))
                .addSubcommand(new KeysVerify(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say what to do with keys: create, list, get, rotate, revoke or verify.");
    }
}
