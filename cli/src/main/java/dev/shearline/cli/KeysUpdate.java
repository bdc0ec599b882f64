package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code keys update}. */
@Command(
        name = "update",
        description = "Changes a key. What is not named stays as it is; a list that is named is replaced.",
        mixinStandardHelpOptions = true)
final class KeysUpdate implements Callable<Integer> {
    private static final String NONE = "none";

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(names = "--name", paramLabel = "NAME", description = "what people call it, at most 100 characters")
    private @Nullable String name;

    @Option(names = "--description", paramLabel = "TEXT", description = "what it is for")
    private @Nullable String description;

    @Option(names = "--scope", paramLabel = "SCOPE", description = "what it may do; repeatable", split = ",")
    private List<String> scopes = List.of();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "12h, 90d, 1y, none, or a time such as 2030-01-31T12:00:00Z")
    private @Nullable String expires;

    @Option(names = "--not-before", paramLabel = "TIME", description = "the time from which it is valid, or none")
    private @Nullable String notBefore;

    @Option(
            names = "--cidr",
            paramLabel = "CIDR",
            description = "addresses that may use it, or none for any; repeatable",
            split = ",")
    private List<String> cidrs = List.of();

    @Option(
            names = "--resource",
            paramLabel = "RESOURCE",
            description = "limits it to project/42, project/* for all of a type, or none for no limit; repeatable")
    private List<String> resources = List.of();

    @Option(
            names = "--billed-to",
            paramLabel = "ID",
            description = "the team, department or organization that a personal key is billed to, or none")
    private @Nullable String billedTo;

    @Option(
            names = LimitTerms.RATE,
            paramLabel = LimitTerms.RATE_LABEL,
            description = LimitTerms.RATE_DESCRIPTION + ", or none",
            split = ",")
    private List<String> rateLimits = List.of();

    @Option(
            names = LimitTerms.QUOTA,
            paramLabel = LimitTerms.QUOTA_LABEL,
            description = LimitTerms.QUOTA_DESCRIPTION + ", or none")
    private @Nullable String quota;

    @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "what you want to keep with it; repeatable")
    private Map<String, String> metadata = new LinkedHashMap<>();

    @Option(names = "--no-metadata", description = "keep nothing with it")
    private boolean noMetadata;

    @Parameters(paramLabel = "ID", description = "the key")
    private String id = "";

    private final Surroundings surroundings;

    KeysUpdate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var body = body();
        if (body.isEmpty()) {
            throw CommandFailure.usage("Nothing to change: say what, with --name or --expires for instance."
                    + " shearline keys update --help lists all.");
        }
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            var key = client.patch(EachKey.path(id), body);
            if (output.isForPeople()) {
                var known = Propagated.everywhere(key.path("propagation"));
                surroundings.answer("Changed " + KeyText.titled(key) + (known.isEmpty() ? "." : ": " + known + "."));
            } else {
                output.one(key, KeyViews.KEY);
            }
            return ExitCode.OK;
        }
    }

    private ObjectNode body() {
        var body = ApiClient.object();
        Body.put(body, "name", name);
        Body.put(body, "description", description);
        Body.putAll(body, "scopes", scopes);
        Body.putWhen(body, "expires_in", "expires_at", expires);
        putOrClear(body, "not_before", notBefore);
        putOrClear(body, "cidrs", cidrs);
        putOrClear(body, "resources", resources);
        LimitTerms.putRates(body, rateLimits);
        LimitTerms.putQuota(body, quota);
        putOrClear(body, "billed_to", billedTo);
        if (noMetadata || !metadata.isEmpty()) {
            var values = body.putObject("metadata");
            metadata.forEach(values::put);
        }
        return body;
    }

    private static void putOrClear(ObjectNode body, String field, @Nullable String value) {
        if (NONE.equals(value)) {
            body.putNull(field);
        } else {
            Body.put(body, field, value);
        }
    }

    private static void putOrClear(ObjectNode body, String field, List<String> values) {
        if (values.equals(List.of(NONE))) {
            body.putArray(field);
        } else {
            Body.putAll(body, field, values);
        }
    }
}
