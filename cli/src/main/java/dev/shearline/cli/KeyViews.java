package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Keys and verdicts as they are shown. */
final class KeyViews {
    private static final List<String> FIELDS = List.of(
            "id",
            "name",
            "description",
            "type",
            "visibility",
            "mode",
            "status",
            "masked",
            "scopes",
            "owner.type",
            "owner.id",
            "owner.external_id",
            "organization.id",
            "organization.external_id",
            "boundary.type",
            "boundary.id",
            "boundary.external_id",
            "billed_to.type",
            "billed_to.id",
            "billed_to.external_id",
            "cidrs",
            "resources",
            "rate_limits",
            "quota",
            "metadata",
            "not_before",
            "expires_at",
            "created_at",
            "created_by",
            "imported_at",
            "updated_at",
            "last_used_at",
            "last_used_address",
            "rotated_from",
            "rotated_to",
            "ends_at",
            "rotation_due_at",
            "rotation_due",
            "revoked_at",
            "cause",
            "reason",
            "version");

    private static final Part STATUS = new Part(
            "Status", (surroundings, key) -> Status.cell(key.path("status").asString("")));

    static final View KEY = new View(
            "keys yet: shearline keys create --help",
            List.of(
                    Part.of("ID", "id"),
                    Part.of("NAME", "name"),
                    Part.of("TYPE", "type"),
                    new Part("STATUS", STATUS.cell()),
                    Part.ago("LAST USED", "last_used_at"),
                    Part.ago("EXPIRES", "expires_at")),
            1,
            List.of(
                    Part.of("Name", "name"),
                    Part.of("Description", "description"),
                    Part.of("Id", "id"),
                    Part.of("Key", (surroundings, key) -> KeyText.masked(key)),
                    STATUS,
                    Part.of("Type", (surroundings, key) -> typeOf(key)),
                    party("Owner", "owner"),
                    party("Organization", "organization"),
                    party("Valid in", "boundary"),
                    list("Scopes", "scopes"),
                    list("Addresses", "cidrs"),
                    list("Resources", "resources"),
                    Part.of("Rate limits", (surroundings, key) -> LimitTerms.rates(key)),
                    Part.of("Quota", (surroundings, key) -> LimitTerms.quota(key)),
                    party("Billed to", "billed_to"),
                    Part.time("Created", "created_at"),
                    Part.time("Imported", "imported_at"),
                    Part.time("Not before", "not_before"),
                    timeOrNever("Expires", "expires_at"),
                    Part.of("Last used", KeyViews::lastUsed),
                    Part.of("Rotated from", "rotated_from"),
                    Part.of("Rotated to", "rotated_to"),
                    Part.time("Rotation due", "rotation_due_at"),
                    Part.time("Ends", "ends_at"),
                    Part.time("Revoked", "revoked_at"),
                    Part.of("Cause", "cause"),
                    Part.of("Reason", "reason"),
                    Part.of(
                            "Metadata",
                            (surroundings, key) -> key.path("metadata").isEmpty()
                                    ? ""
                                    : key.path("metadata").toString())),
            FIELDS);

    /** Keys that were asked for. */
    static final View MATCHING = new View("key matches", KEY.columns(), KEY.flexible(), KEY.lines(), FIELDS);

    /** A key with its secret. */
    static final View ISSUED = new View(
            KEY.none(),
            KEY.columns(),
            KEY.flexible(),
            KEY.lines(),
            Stream.concat(Stream.of("secret"), FIELDS.stream()).toList());

    static final View VERDICT = new View(
            "verdicts",
            List.of(),
            0,
            List.of(),
            List.of(
                    "valid",
                    "code",
                    "key_id",
                    "type",
                    "mode",
                    "owner.type",
                    "owner.id",
                    "owner.external_id",
                    "organization.id",
                    "organization.external_id",
                    "scopes",
                    "expires_at",
                    "epoch",
                    "tag"));

    private KeyViews() {}

    private static Part party(String title, String field) {
        return Part.of(title, (surroundings, key) -> KeyText.party(key.path(field)));
    }

    private static Part list(String title, String field) {
        return Part.of(title, (surroundings, key) -> KeyText.list(key.path(field)));
    }

    private static Part timeOrNever(String title, String field) {
        return Part.of(
                title,
                (surroundings, key) -> KeyText.findTime(key, field)
                        .map(at -> KeyText.exact(surroundings, at))
                        .orElse("never"));
    }

    private static String lastUsed(Surroundings surroundings, JsonNode key) {
        var address = key.path("last_used_address").asString("");
        return KeyText.findTime(key, "last_used_at")
                .map(at -> KeyText.exact(surroundings, at) + (address.isEmpty() ? "" : " from " + address))
                .orElse("never");
    }

    private static String typeOf(JsonNode key) {
        var type = new StringBuilder(key.path("type").asString(""));
        if (key.path("visibility").asString("").equals("publishable")) {
            type.append(", publishable");
        }
        if (key.path("mode").asString("").equals("test")) {
            type.append(", test");
        }
        return type.toString();
    }
}
