package dev.shearline.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code keys revoke}. */
@Command(name = "revoke", description = "Revokes keys, at once and for good.", mixinStandardHelpOptions = true)
final class KeysRevoke implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, at most 200 characters")
    private @Nullable String reason;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    private boolean yes;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "the keys")
    private List<String> ids = List.of();

    private final Surroundings surroundings;

    KeysRevoke(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (!yes && !surroundings.terminal()) {
            throw CommandFailure.usage("Revoking is for good, and there is no terminal to ask at. Add --yes.");
        }
        try (var client = target.connect(surroundings)) {
            if (!yes && !confirmed(client)) {
                surroundings.err().println("Nothing was revoked.");
                return ExitCode.FAILURE;
            }
            return revokeAll(client);
        }
    }

    private boolean confirmed(ApiClient client) {
        for (var id : ids) {
            var key = client.get(path(id), Map.of());
            surroundings
                    .err()
                    .println("  " + KeyText.titled(key) + ", last used "
                            + KeyText.ago(surroundings, key, "last_used_at", "never"));
        }
        surroundings.err().print(ids.size() == 1 ? "Revoke it for good? [y/N] " : "Revoke them for good? [y/N] ");
        surroundings.err().flush();
        try {
            var in = new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8));
            var answer = in.readLine();
            return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
        } catch (IOException e) {
            return false;
        }
    }

    /** One that fails does not keep the others alive. */
    private int revokeAll(ApiClient client) {
        var answers = new ArrayList<JsonNode>();
        int exitCode = ExitCode.OK;
        for (var id : ids) {
            try {
                var body = ApiClient.object();
                Body.put(body, "reason", reason);
                var key = client.post(path(id) + "/revoke", body);
                answers.add(key);
                if (!target.json()) {
                    print(key);
                }
            } catch (CommandFailure e) {
                exitCode = exitCode == ExitCode.OK ? e.exitCode() : exitCode;
                surroundings.err().println("error: " + Text.printable(id) + ": " + e.getMessage());
            }
        }
        if (target.json()) {
            surroundings.out().println(ids.size() == 1 && answers.size() == 1 ? answers.getFirst() : answers);
        }
        return exitCode;
    }

    private void print(JsonNode key) {
        var dead = Propagated.dead(key.path("propagation"));
        surroundings.out().println("Revoked " + KeyText.titled(key) + (dead.isEmpty() ? "." : ": " + dead + "."));
    }

    private static String path(String id) {
        return "/v1/keys/" + ApiClient.encode(id);
    }
}
