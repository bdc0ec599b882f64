package dev.shearline.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keys rotate}. */
@Command(
        name = "rotate",
        description = "Replaces a key by a new one with the same rights. The old one works until its grace ends.",
        mixinStandardHelpOptions = true)
final class KeysRotate implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Mixin
    private final SecretOutput secretOutput = new SecretOutput();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description = "how long the old key goes on working: 0s to 30d (default: 24h)")
    private @Nullable String grace;

    @Option(names = "--end-at-first-use", description = "end the old key when the new one is first used")
    private boolean endAtFirstUse;

    @Parameters(paramLabel = "ID", description = "the key to replace")
    private String id = "";

    private final Surroundings surroundings;

    KeysRotate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var body = ApiClient.object();
        Body.put(body, "grace", grace);
        if (endAtFirstUse) {
            body.put("end_at_first_use", true);
        }
        try (var client = target.connect(surroundings);
                var secret = secretOutput.open(surroundings, target.json())) {
            var key = client.post("/v1/keys/" + ApiClient.encode(id) + "/rotate", body);
            secret.reveal(key);
            secret.tell("Made " + KeyText.titled(key) + " in place of " + Text.printable(id) + ".");
            return ExitCode.OK;
        }
    }
}
