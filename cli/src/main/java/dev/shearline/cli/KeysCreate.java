package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code keys create}. */
@Command(
        name = "create",
        description = "Creates a key. Its secret is printed once, alone on standard output.",
        mixinStandardHelpOptions = true)
final class KeysCreate implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Mixin
    private final SecretOutput secretOutput = new SecretOutput();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "personal, team, ci, ephemeral or operator; by default personal with --user, else team")
    private @Nullable String type;

    @Option(names = "--name", paramLabel = "NAME", description = "what people call it, at most 100 characters")
    private @Nullable String name;

    @Option(names = "--description", paramLabel = "TEXT", description = "what it is for")
    private @Nullable String description;

    @Option(names = "--organization", paramLabel = "ID", description = "its organization: an id, or ext:<your id>")
    private @Nullable String organization;

    @Option(names = "--department", paramLabel = "ID", description = "the department that owns it")
    private @Nullable String department;

    @Option(names = "--team", paramLabel = "ID", description = "the team that owns it")
    private @Nullable String team;

    @Option(names = "--user", paramLabel = "ID", description = "the person who owns it")
    private @Nullable String user;

    @Option(names = "--scope", paramLabel = "SCOPE", description = "what it may do; repeatable", split = ",")
    private List<String> scopes = List.of();

    @Option(names = "--mode", paramLabel = "MODE", description = "live or test (default: live)")
    private @Nullable String mode;

    @Option(names = "--publishable", description = "a key that may be seen by anybody, in a browser for instance")
    private boolean publishable;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "12h, 90d, 1y, none, or a time such as 2030-01-31T12:00:00Z (default: 90d)")
    private @Nullable String expires;

    @Option(names = "--not-before", paramLabel = "TIME", description = "the time from which it is valid")
    private @Nullable String notBefore;

    @Option(names = "--cidr", paramLabel = "CIDR", description = "addresses that may use it; repeatable", split = ",")
    private List<String> cidrs = List.of();

    @Option(
            names = "--resource",
            paramLabel = "RESOURCE",
            description = "limits it to project/42, or project/* for all of a type; repeatable")
    private List<String> resources = List.of();

    @Option(
            names = "--billed-to",
            paramLabel = "ID",
            description = "the team, department or organization that a personal key is billed to")
    private @Nullable String billedTo;

    @Option(
            names = LimitTerms.RATE,
            paramLabel = LimitTerms.RATE_LABEL,
            description = LimitTerms.RATE_DESCRIPTION,
            split = ",")
    private List<String> rateLimits = List.of();

    @Option(names = LimitTerms.QUOTA, paramLabel = LimitTerms.QUOTA_LABEL, description = LimitTerms.QUOTA_DESCRIPTION)
    private @Nullable String quota;

    @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "what you want to keep with it; repeatable")
    private Map<String, String> metadata = new LinkedHashMap<>();

    private final Surroundings surroundings;

    KeysCreate(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var body = body();
        try (var client = target.connect(surroundings);
                var secret = secretOutput.open(surroundings, target.output(surroundings), false)) {
            var key = client.postOnce("/v1/keys", body);
            secret.reveal(key);
            surroundings.tell("Created " + KeyText.titled(key) + ", " + KeyText.expiry(surroundings, key) + ".");
            return ExitCode.OK;
        }
    }

    private ObjectNode body() {
        var body = ApiClient.object();
        body.put("type", typeOrDefault());
        Body.put(body, "name", name);
        Body.put(body, "description", description);
        Body.put(body, "organization", organization);
        Body.put(body, "department", department);
        Body.put(body, "team", team);
        Body.put(body, "user", user);
        Body.putAll(body, "scopes", scopes);
        Body.put(body, "mode", mode);
        if (publishable) {
            body.put("visibility", "publishable");
        }
        Body.putWhen(body, "expires_in", "expires_at", expires);
        Body.put(body, "not_before", notBefore);
        Body.putAll(body, "cidrs", cidrs);
        Body.putAll(body, "resources", resources);
        LimitTerms.putRates(body, rateLimits);
        LimitTerms.putQuota(body, quota);
        Body.put(body, "billed_to", billedTo);
        if (!metadata.isEmpty()) {
            var values = body.putObject("metadata");
            metadata.forEach(values::put);
        }
        return body;
    }

    private String typeOrDefault() {
        if (type != null) {
            return type;
        }
        if (user != null) {
            return "personal";
        }
        if (team == null && department == null && organization == null) {
            throw CommandFailure.usage(
                    "Whose key is it? Name an owner with --team, --department, --organization or --user (an id, or"
                            + " ext:<your own id>), or make one for the instance with --type operator.");
        }
        return "team";
    }
}
