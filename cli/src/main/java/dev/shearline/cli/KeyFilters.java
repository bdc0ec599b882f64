package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code --where}: conditions as they stand in the URL of a list, {@code status=expired&unused_for=90d}. */
final class KeyFilters {
    private static final Set<String> NAMES = Set.of(
            "organization",
            "type",
            "owner",
            "unit",
            "made_by",
            "status",
            "scope",
            "expires_within",
            "unused_for",
            "rotation_due",
            "used_from",
            "since",
            "q");

    private KeyFilters() {}

    static Map<String, String> parse(List<String> filters) {
        var parameters = new LinkedHashMap<String, String>();
        for (var filter : filters) {
            for (var condition : filter.split("&", -1)) {
                int equals = condition.indexOf('=');
                var name = equals < 0 ? condition : condition.substring(0, equals);
                name = name.strip().replace('-', '_');
                var value = equals < 0 ? "" : condition.substring(equals + 1).strip();
                if (!NAMES.contains(name) || value.isEmpty()) {
                    throw CommandFailure.usage("--where takes conditions such as status=expired, with & between them,"
                            + " on " + String.join(", ", new TreeSet<>(NAMES)) + "; not \"" + Text.printable(condition)
                            + "\".");
                }
                if (parameters.put(name, value) != null) {
                    throw CommandFailure.usage("--where has two conditions on " + name + ".");
                }
            }
        }
        return parameters;
    }
}
