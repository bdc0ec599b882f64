package dev.shearline.cli;

import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * The table {@code apikey} of better-auth's API key plugin. Its {@code key} is the SHA-256 of the whole key in base64url without padding,
 * unless the plugin was told not to hash; {@code start} holds the key's first characters.
 */
final class BetterAuthKeys implements KeyConverter {

    @Override
    public Converted convert(ForeignRow row) {
        var item = ApiClient.object();
        var lost = new TreeSet<String>();
        var start = row.text("start");
        putKey(item, row.text("key").orElseThrow(() -> new ForeignRow.UnusableException("It has no \"key\".")), start);
        item.put(
                "name",
                KeyConverter.cut(
                        row.text("name")
                                .or(() -> start)
                                .or(() -> row.text("id"))
                                .orElse("Imported"),
                        NAME_MAX));
        KeyConverter.put(item, "prefix", start.map(text -> KeyConverter.cut(text, PREFIX_MAX)));
        KeyConverter.putTime(item, "created_at", row.time("createdAt", "created_at"));
        KeyConverter.putTime(item, "expires_at", row.time("expiresAt", "expires_at"));
        KeyConverter.putMetadata(item, row.json("metadata"));
        putScopes(item, row);
        var remaining = row.number("remaining");
        boolean usedUp = remaining.filter(left -> left == 0).isPresent()
                && row.number("refillAmount", "refill_amount").isEmpty();
        if (usedUp || !row.flag("enabled").orElse(true)) {
            item.put("disabled", true);
        }
        remaining.ifPresent(_ -> lost.add("a number of uses left"));
        row.flag("rateLimitEnabled", "rate_limit_enabled").filter(on -> on).ifPresent(_ -> lost.add("a rate limit"));
        return new Converted(item, row.text("referenceId", "reference_id", "userId", "user_id"), lost);
    }

    private static void putKey(ObjectNode item, String key, Optional<String> start) {
        if (start.filter(key::startsWith).isPresent()) {
            item.put("plaintext", key);
        } else {
            item.putObject("hash")
                    .put("algorithm", "sha256")
                    .put("encoding", "base64url")
                    .put("value", key);
        }
    }

    /** {@code {"files": ["read", "write"]}}. */
    private static void putScopes(ObjectNode item, ForeignRow row) {
        row.json("permissions").filter(node -> !node.isEmpty()).ifPresent(permissions -> {
            var scopes = item.putArray("scopes");
            permissions
                    .properties()
                    .forEach(resource -> resource.getValue()
                            .forEach(action -> scopes.add(resource.getKey() + ":" + action.asString(""))));
        });
    }
}
