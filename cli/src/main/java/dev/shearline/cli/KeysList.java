package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keys list}. */
@Command(
        name = "list",
        description = "Lists keys, newest first. Revoked ones are shown when asked for: --status revoked.",
        mixinStandardHelpOptions = true)
final class KeysList implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(names = "--type", paramLabel = "TYPE", description = "personal, team, ci, ephemeral or operator")
    private @Nullable String type;

    @Option(names = "--organization", paramLabel = "ID", description = "keys of this organization")
    private @Nullable String organization;

    @Option(names = "--owner", paramLabel = "ID", description = "whose keys: a user or a unit")
    private @Nullable String owner;

    @Option(names = "--unit", paramLabel = "ID", description = "keys that are valid in this unit")
    private @Nullable String unit;

    @Option(names = "--made-by", paramLabel = "ID", description = "keys that this member, or a key of theirs, has made")
    private @Nullable String madeBy;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "active, expiring, rotating, disabled, expired, not_yet_valid, used or revoked")
    private @Nullable String status;

    @Option(names = "--scope", paramLabel = "SCOPE", description = "keys that hold this scope")
    private @Nullable String scope;

    @Option(names = "--expires-within", paramLabel = "TIME", description = "such as 14d")
    private @Nullable String expiresWithin;

    @Option(names = "--unused-for", paramLabel = "TIME", description = "such as 30d")
    private @Nullable String unusedFor;

    @Option(names = "--rotation-due", description = "keys that should be rotated, after their organization's policy")
    private boolean rotationDue;

    @Option(names = "--used-from", paramLabel = "CIDR", description = "keys used from there, such as 10.0.0.0/8")
    private @Nullable String usedFrom;

    @Option(names = "--since", paramLabel = "WHEN", description = "with --used-from: a time, or such as 7d")
    private @Nullable String since;

    @Option(names = "-q", paramLabel = "TEXT", description = "words of the name, an id, or how the key begins")
    private @Nullable String text;

    @Option(names = "--limit", paramLabel = "N", description = "how many, at most 100 (default: 25)")
    private @Nullable Integer limit;

    @Option(
            names = "--sort",
            paramLabel = "SORT",
            description = "created, name, last_used or expires (default: created)")
    private @Nullable String sort;

    @Option(names = "--order", paramLabel = "ORDER", description = "asc or desc; the default is that of the sort")
    private @Nullable String order;

    @Option(names = "--all", description = "every page")
    private boolean all;

    private final Surroundings surroundings;

    KeysList(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var view = anyFilter() ? KeyViews.MATCHING : KeyViews.KEY;
        try (var client = target.connect(surroundings)) {
            target.output(surroundings).listing(view).print(client, "/v1/keys", parameters(), all);
        }
        return ExitCode.OK;
    }

    private Map<String, String> parameters() {
        var parameters = new LinkedHashMap<String, String>();
        put(parameters, "type", type);
        put(parameters, "organization", organization);
        put(parameters, "owner", owner);
        put(parameters, "unit", unit);
        put(parameters, "made_by", madeBy);
        put(parameters, "status", status);
        put(parameters, "scope", scope);
        put(parameters, "expires_within", expiresWithin);
        put(parameters, "unused_for", unusedFor);
        put(parameters, "rotation_due", rotationDue ? "true" : null);
        put(parameters, "used_from", usedFrom);
        put(parameters, "since", since);
        put(parameters, "q", text);
        put(parameters, "sort", sort);
        put(parameters, "order", order);
        put(parameters, "limit", limit == null ? null : limit.toString());
        return parameters;
    }

    private static void put(Map<String, String> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.put(name, value);
        }
    }

    private boolean anyFilter() {
        return !parameters().keySet().stream().allMatch("limit"::equals);
    }
}
