package dev.shearline.cli;

import dev.shearline.server.KeyPromotion;
import dev.shearline.server.config.Settings;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.secrets.InstanceKeysFile;
import dev.shearline.server.secrets.SecretsException;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code secrets rotate}. */
@Command(
        name = "rotate",
        description = {
            "Puts a new instance key before the others, and encrypts anew what is stored.",
            "With several nodes: --prepare, give every node the file and restart it; then",
            "rotate, and do the same again. So no node meets a key that it does not have."
        },
        mixinStandardHelpOptions = true)
final class SecretsRotate implements Callable<Integer> {
    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(names = "--prepare", description = "add the new key as one that nodes read with and do not write with yet")
    private boolean prepare;

    private final Surroundings surroundings;

    SecretsRotate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var settings = config.settings(surroundings);
        try {
            return prepare ? prepare(settings) : promote(settings);
        } catch (SecretsException e) {
            throw CommandFailure.because(ExitCode.FAILURE, e);
        } catch (DatabaseUnavailableException e) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "PostgreSQL at " + settings.nodeDatabase() + " cannot be reached. See: shearline doctor",
                    e);
        }
    }

    private int prepare(Settings settings) {
        var id = InstanceKeysFile.of(settings.secretKeysFile()).prepare(new SecureRandom());
        surroundings.tell("Prepared the instance key " + id + " in " + settings.secretKeysFile()
                + ". Give every node this file and restart one after the other. When all of them run with it:"
                + " shearline secrets rotate");
        return ExitCode.OK;
    }

    private int promote(Settings settings) {
        switch (KeyPromotion.promote(settings)) {
            case KeyPromotion.Outcome.Promoted(var newest, int reencrypted) ->
                surroundings.tell("The instance key " + newest + " is the newest in " + settings.secretKeysFile()
                        + ", and the older ones stay. Values encrypted anew: " + reencrypted
                        + ". Give every node this file and restart one after the other; renew the copy that you keep.");
            case KeyPromotion.Outcome.NotPrepared(int nodes) ->
                throw new CommandFailure(
                        ExitCode.CONFLICT,
                        nodes + " nodes run, and none of them would have the new key. First: shearline secrets rotate"
                                + " --prepare");
        }
        return ExitCode.OK;
    }
}
