package dev.shearline.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code keys revoke}. */
@Command(name = "revoke", description = "Revokes keys, at once and for good.", mixinStandardHelpOptions = true)
final class KeysRevoke implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Mixin
    private final KeySelection selection = new KeySelection();

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, at most 200 characters")
    private @Nullable String reason;

    private final Surroundings surroundings;

    KeysRevoke(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return new KeyChange("revoke", true)
                .run(surroundings, target, selection, confirmation, this::revoke, KeysRevoke::sentence);
    }

    private JsonNode revoke(ApiClient client, String id) {
        var body = ApiClient.object();
        Body.put(body, "reason", reason);
        return client.post(EachKey.path(id) + "/revoke", body);
    }

    private static String sentence(JsonNode key) {
        var dead = Propagated.dead(key.path("propagation"));
        return "Revoked " + KeyText.titled(key) + (dead.isEmpty() ? "." : ": " + dead + ".");
    }
}
