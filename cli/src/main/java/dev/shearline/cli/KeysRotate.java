package dev.shearline.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code keys rotate}. */
@Command(
        name = "rotate",
        description = {
            "Replaces keys by new ones with the same rights; the old ones work until their grace ends.",
            "The new secrets are printed once, alone on standard output, a line each."
        },
        mixinStandardHelpOptions = true)
final class KeysRotate implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Mixin
    private final KeySelection selection = new KeySelection();

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Mixin
    private final SecretOutput secretOutput = new SecretOutput();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description = "how long the old key goes on working: 0s to 30d (default: 24h)")
    private @Nullable String grace;

    @Option(names = "--end-at-first-use", description = "end the old key when the new one is first used")
    private boolean endAtFirstUse;

    private final Surroundings surroundings;

    KeysRotate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return new KeyChange("rotate", false).run(surroundings, target, selection, confirmation, (client, ids) -> {
            try (var secrets = secretOutput.open(surroundings, target.output(surroundings), selection.several())) {
                return new EachKey(surroundings).run(ids, id -> rotate(client, id), secrets::reveal);
            }
        });
    }

    private JsonNode rotate(ApiClient client, String id) {
        var body = ApiClient.object();
        Body.put(body, "grace", grace);
        if (endAtFirstUse) {
            body.put("end_at_first_use", true);
        }
        var key = client.postOnce(EachKey.path(id) + "/rotate", body);
        surroundings.tell("Made " + KeyText.titled(key) + " in place of " + Text.printable(id) + ".");
        return key;
    }
}
