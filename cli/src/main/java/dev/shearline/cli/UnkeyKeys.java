package dev.shearline.cli;

import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keys of Unkey: rows of its table {@code keys}, whose {@code hash} is the SHA-256 of the whole key in base64, or answers of its API, which
 * have no hash, but {@code plaintext} for keys that were made recoverable.
 */
final class UnkeyKeys implements KeyConverter {
    private static final Pattern LAST_DOT = Pattern.compile("\\.(?=[^.]*$)");

    @Override
    public Converted convert(ForeignRow row) {
        var item = ApiClient.object();
        var lost = new TreeSet<String>();
        if (row.text("deletedAt", "deleted_at", "deleted_at_m").isPresent()) {
            throw new ForeignRow.UnusableException(
                    "It was revoked: such a key needs no import, for nobody accepts it.");
        }
        putKey(item, row);
        var start = row.text("start");
        item.put(
                "name",
                KeyConverter.cut(
                        row.text("name")
                                .or(() -> start)
                                .or(() -> row.text("keyId", "id"))
                                .orElse("Imported"),
                        NAME_MAX));
        KeyConverter.put(item, "prefix", start.map(text -> KeyConverter.cut(text, PREFIX_MAX)));
        KeyConverter.putTime(item, "created_at", row.time("createdAt", "created_at", "created_at_m"));
        KeyConverter.putTime(item, "expires_at", row.time("expires"));
        KeyConverter.putMetadata(item, row.json("meta"));
        row.json("permissions").filter(node -> !node.isEmpty()).ifPresent(permissions -> putScopes(item, permissions));
        row.text("environment").filter("test"::equals).ifPresent(mode -> item.put("mode", mode));
        var remaining = row.number("remaining_requests", "remaining", "credits.remaining");
        boolean usedUp = remaining.filter(left -> left == 0).isPresent()
                && row.number("refill_amount", "refill.amount", "credits.refill.amount")
                        .isEmpty();
        if (usedUp || !row.flag("enabled").orElse(true)) {
            item.put("disabled", true);
        }
        remaining.ifPresent(_ -> lost.add("a number of uses left"));
        row.json("roles").filter(node -> !node.isEmpty()).ifPresent(_ -> lost.add("roles"));
        row.json("ratelimits", "ratelimit", "ratelimit_limit")
                .filter(node -> !node.isEmpty() || node.isNumber())
                .ifPresent(_ -> lost.add("a rate limit"));
        return new Converted(
                item, row.text("externalId", "external_id", "identity.externalId", "ownerId", "owner_id"), lost);
    }

    private static void putKey(ObjectNode item, ForeignRow row) {
        var hash = row.text("hash");
        if (hash.isPresent()) {
            item.putObject("hash")
                    .put("algorithm", "sha256")
                    .put("encoding", "base64")
                    .put("value", hash.get());
            return;
        }
        var plaintext = row.text("plaintext")
                .orElseThrow(() -> new ForeignRow.UnusableException(
                        "It has neither \"hash\" nor \"plaintext\": Unkey's API answers plaintext with decrypt: true, of"
                                + " keys that are recoverable; hashes are in the table keys."));
        // a hash taken for a key would be a key: whoever has seen the table would hold it
        if (row.text("start").filter(start -> !plaintext.startsWith(start)).isPresent()) {
            throw new ForeignRow.UnusableException(
                    "Its \"plaintext\" does not begin with its \"start\": it is not the key in plain text.");
        }
        item.put("plaintext", plaintext);
    }

    /** {@code documents.read} is {@code documents:read} here; in answers of the first API they are objects with a name. */
    private static void putScopes(ObjectNode item, JsonNode permissions) {
        var scopes = item.putArray("scopes");
        for (var permission : permissions) {
            var name = permission.isObject() ? permission.path("name").asString("") : permission.asString("");
            scopes.add(
                    name.indexOf(':') >= 0 || name.equals("*")
                            ? name
                            : LAST_DOT.matcher(name).replaceFirst(":"));
        }
    }
}
