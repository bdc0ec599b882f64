package dev.shearline.cli;

import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.SecretsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code secrets create}. */
@Command(
        name = "create",
        description = {
            "Makes the file of instance keys, which every node needs a copy of.",
            "Its mode is 0600. A file that exists is never overwritten."
        },
        mixinStandardHelpOptions = true)
final class SecretsCreate implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "the new file")
    private Path file = Path.of("");

    private final Surroundings surroundings;

    SecretsCreate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var path = surroundings.directory().resolve(file);
        try {
            var keys = InstanceKeys.create(path, new SecureRandom());
            surroundings.tell(
                    "Made " + path + " with the instance key " + keys.newest() + ". Give every node a copy, name it"
                            + " as secret-keys-file, and keep one apart from the database's backups: what is encrypted under"
                            + " these keys is lost without them.");
            return ExitCode.OK;
        } catch (SecretsException e) {
            throw CommandFailure.because(ExitCode.FAILURE, e);
        }
    }
}
