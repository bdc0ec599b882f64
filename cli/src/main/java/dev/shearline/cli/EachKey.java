package dev.shearline.cli;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Does the same with each of several keys: one that fails does not keep the others from it. */
final class EachKey {
    private final Surroundings surroundings;
    private int exitCode = ExitCode.OK;

    EachKey(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    static String path(String id) {
        return "/v1/keys/" + ApiClient.encode(id);
    }

    /** Returns the exit code of the first that failed. */
    int run(List<String> ids, Function<String, JsonNode> work, Consumer<JsonNode> done) {
        for (var id : ids) {
            try {
                done.accept(work.apply(id));
            } catch (CommandFailure e) {
                exitCode = exitCode == ExitCode.OK ? e.exitCode() : exitCode;
                surroundings.tellError((ids.size() == 1 ? e : e.about(Text.printable(id))).getMessage());
            }
        }
        return exitCode;
    }

    /** The answers in the format that was asked for, and to people as they like it. */
    int print(
            List<String> ids,
            boolean several,
            Output output,
            Function<String, JsonNode> work,
            Consumer<JsonNode> people) {
        if (output.isForPeople()) {
            return run(ids, work, people);
        }
        if (!several) {
            return run(ids, work, key -> output.one(key, KeyViews.KEY));
        }
        var listing = output.listing(KeyViews.KEY);
        run(ids, work, key -> listing.page(ApiClient.JSON.createArrayNode().add(key)));
        listing.end(ApiClient.JSON.nullNode());
        return exitCode;
    }
}
