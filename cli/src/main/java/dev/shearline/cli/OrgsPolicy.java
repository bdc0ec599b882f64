package dev.shearline.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** {@code orgs policy}: what an organization allows itself of its plan, as the document that it is. */
final class OrgsPolicy {
    private static final String STANDARD_INPUT = "-";

    private OrgsPolicy() {}

    static CommandLine of(Surroundings surroundings) {
        var command = new VerbCommand(
                surroundings,
                "policy",
                "Shows what an organization allows itself of its plan, or changes it: owners may.");
        return command.id("its id, or ext:<your id>")
                .option("--set", "FILE", "JSON that is the policy from now on, whatever it was; - is standard input")
                .option("--merge", "FILE", "JSON that is merged into the policy: null takes away; - is standard input")
                .doing((client, given) -> {
                    var path = "/v1/organizations/" + ApiClient.encode(given.id()) + "/policy";
                    if (given.has("--set") && given.has("--merge")) {
                        throw CommandFailure.usage("--set and --merge are two ways: choose one.");
                    }
                    var set = given.find("--set").map(file -> client.put(path, read(surroundings, file)));
                    given.output()
                            .tree(set.or(() -> given.find("--merge")
                                            .map(file -> client.patch(path, read(surroundings, file))))
                                    .orElseGet(() -> client.get(path, Map.of())));
                    return ExitCode.OK;
                })
                .line();
    }

    private static ObjectNode read(Surroundings surroundings, String file) {
        try {
            var text = file.equals(STANDARD_INPUT)
                    ? new String(surroundings.in().readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(surroundings.directory().resolve(file));
            if (ApiClient.JSON.readTree(text) instanceof ObjectNode policy) {
                return policy;
            }
            throw CommandFailure.usage("The policy is no JSON object.");
        } catch (JacksonException e) {
            var place = e.getLocation();
            throw CommandFailure.usage("The policy is no JSON"
                    + (place == null ? "" : ": see line " + place.getLineNr() + ", column " + place.getColumnNr())
                    + ".");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, Text.cannotRead(file, e), e);
        }
    }
}
