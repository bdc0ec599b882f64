package dev.shearline.cli;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;
import tools.jackson.databind.JsonNode;

/**
 * One change of one or many keys.
 *
 * @param verb {@code revoke}
 * @param goodbye whether it is for good, so that single keys are asked about as well
 */
record KeyChange(String verb, boolean goodbye) {
    private static final Duration IN_USE = Duration.ofDays(7);
    private static final int SHOWN_MAX = 20;

    /** Tells people a sentence about each. */
    int run(
            Surroundings surroundings,
            TargetOptions target,
            KeySelection selection,
            Confirmation confirmation,
            BiFunction<ApiClient, String, JsonNode> work,
            Function<JsonNode, String> sentence) {
        return run(
                surroundings,
                target,
                selection,
                confirmation,
                (client, ids) -> new EachKey(surroundings)
                        .print(
                                ids,
                                selection.several(),
                                target.output(surroundings),
                                id -> work.apply(client, id),
                                key -> surroundings.answer(sentence.apply(key))));
    }

    int run(
            Surroundings surroundings,
            TargetOptions target,
            KeySelection selection,
            Confirmation confirmation,
            ToIntBiFunction<ApiClient, List<String>> work) {
        selection.require();
        boolean asks = !selection.isDryRun() && (goodbye || selection.isByFilter());
        if (asks) {
            confirmation.require(surroundings, verb);
        }
        try (var client = target.connect(surroundings)) {
            boolean looks = selection.isDryRun() || selection.isByFilter() || (asks && !confirmation.isGiven());
            if (!looks) {
                return work.applyAsInt(client, selection.ids());
            }
            var keys = selection.find(client);
            if (selection.isDryRun()) {
                return rehearse(surroundings, target.output(surroundings), keys);
            }
            if (keys.isEmpty()) {
                surroundings.tell("No key matches: nothing to " + verb + ".");
            } else if (asks && !confirmed(surroundings, confirmation, keys)) {
                return ExitCode.FAILURE;
            }
            return work.applyAsInt(client, keys.stream().map(KeyText::id).toList());
        }
    }

    private int rehearse(Surroundings surroundings, Output output, List<JsonNode> keys) {
        var array = ApiClient.JSON.createArrayNode().addAll(keys);
        if (output.isForPeople() && keys.isEmpty()) {
            surroundings.tell("No key matches.");
        } else {
            output.all(array, KeyViews.KEY);
        }
        surroundings.tell("Dry run: would " + verb + " " + count(keys.size()) + "; nothing was changed.");
        return ExitCode.OK;
    }

    private boolean confirmed(Surroundings surroundings, Confirmation confirmation, List<JsonNode> keys) {
        if (!confirmation.isGiven()) {
            keys.stream()
                    .limit(SHOWN_MAX)
                    .forEach(key -> surroundings.tell("  " + KeyText.titled(key) + ", last used "
                            + KeyText.ago(surroundings, key, "last_used_at", "never")));
            if (keys.size() == 1 && goodbye) {
                surroundings.tell("  shearline keys impact " + KeyText.id(keys.getFirst()) + " shows who would notice");
            }
            if (keys.size() > SHOWN_MAX) {
                surroundings.tell("  and " + (keys.size() - SHOWN_MAX) + " more");
            }
        }
        if (keys.size() == 1) {
            var key = keys.getFirst();
            return confirmation.confirms(
                    surroundings,
                    verb + (goodbye ? " it for good" : " it"),
                    key.path("name").asString(""),
                    isInUse(surroundings, key));
        }
        var what = verb + " all " + keys.size() + " of them" + (goodbye ? " for good" : "");
        return confirmation.confirms(surroundings, what, Integer.toString(keys.size()), true);
    }

    private static boolean isInUse(Surroundings surroundings, JsonNode key) {
        var since = surroundings.clock().instant().minus(IN_USE);
        return KeyText.findTime(key, "last_used_at").filter(since::isBefore).isPresent();
    }

    private static String count(int keys) {
        return keys == 1 ? "1 key" : keys + " keys";
    }
}
