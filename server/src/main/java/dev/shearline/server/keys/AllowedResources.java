package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ResourcePattern;
import java.util.List;
import java.util.stream.IntStream;

/** The host's things that a key works on. They need not be registered: only their form is checked. */
final class AllowedResources {

    static final int RESOURCES_MAX = 50;

    private AllowedResources() {}

    static List<String> checked(KeyType type, List<String> texts) {
        if (type == KeyType.OPERATOR && !texts.isEmpty()) {
            throw KeyProblems.invalid(
                    "resources",
                    "Operator keys are for this API, which a key that is limited to resources does not call: leave \"resources\" out.");
        }
        if (texts.size() > RESOURCES_MAX) {
            throw KeyProblems.invalid("resources", "\"resources\" must have at most " + RESOURCES_MAX + " entries.");
        }
        return IntStream.range(0, texts.size())
                .mapToObj(i -> entry("resources[" + i + "]", texts.get(i)))
                .distinct()
                .toList();
    }

    private static String entry(String field, String text) {
        return ResourcePattern.find(text)
                .orElseThrow(() -> KeyProblems.invalid(
                        field,
                        "\"" + field + "\" must be a resource such as project/42, or project/* for all of a type."))
                .toString();
    }

    /** Whether a key that is limited to some may be used on more than another; none at all is not limited. */
    static boolean isMore(List<String> before, List<String> after) {
        if (before.isEmpty()) {
            return false;
        }
        var allowed = before.stream().map(AllowedResources::pattern).toList();
        return after.isEmpty()
                || !after.stream()
                        .map(AllowedResources::pattern)
                        .allMatch(entry -> allowed.stream().anyMatch(known -> known.covers(entry)));
    }

    private static ResourcePattern pattern(String text) {
        return ResourcePattern.find(text).orElseThrow();
    }
}
