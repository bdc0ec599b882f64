package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code keys get}. */
@Command(name = "get", description = "Shows one key.", mixinStandardHelpOptions = true)
final class KeysGet implements Callable<Integer> {
    private static final int LABEL_WIDTH = 14;

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Parameters(paramLabel = "ID", description = "its id, such as key_3Fq0aZ81bQxR")
    private String id = "";

    private final Surroundings surroundings;

    KeysGet(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var client = target.connect(surroundings)) {
            var key = client.get("/v1/keys/" + ApiClient.encode(id), Map.of());
            if (target.json()) {
                surroundings.out().println(key);
            } else {
                print(key);
            }
            return ExitCode.OK;
        }
    }

    private void print(JsonNode key) {
        var status = Status.cell(key.path("status").asString(""));
        var rows = new LinkedHashMap<String, String>();
        rows.put("Name", KeyText.name(key));
        rows.put("Description", Text.printable(key.path("description").asString("")));
        rows.put("Id", KeyText.id(key));
        rows.put("Key", KeyText.masked(key));
        rows.put("Status", surroundings.style().paint(status.colour(), status.text()));
        rows.put("Type", typeOf(key));
        rows.put("Owner", KeyText.party(key.path("owner")));
        rows.put("Organization", KeyText.party(key.path("organization")));
        rows.put("Valid in", KeyText.party(key.path("boundary")));
        rows.put("Scopes", KeyText.list(key.path("scopes")));
        rows.put("Addresses", KeyText.list(key.path("cidrs")));
        rows.put("Created", time(key, "created_at", ""));
        rows.put("Not before", time(key, "not_before", ""));
        rows.put("Expires", time(key, "expires_at", "never"));
        rows.put("Last used", time(key, "last_used_at", "never"));
        rows.put("Rotated from", key.path("rotated_from").asString(""));
        rows.put("Rotated to", key.path("rotated_to").asString(""));
        rows.put("Ends", time(key, "ends_at", ""));
        rows.put("Revoked", time(key, "revoked_at", ""));
        rows.put("Cause", key.path("cause").asString(""));
        rows.put("Reason", Text.printable(key.path("reason").asString("")));
        rows.put(
                "Metadata",
                key.path("metadata").isEmpty()
                        ? ""
                        : Text.printable(key.path("metadata").toString()));
        rows.forEach((label, value) -> {
            if (!value.isEmpty()) {
                surroundings.out().println(label + " ".repeat(LABEL_WIDTH - label.length()) + value);
            }
        });
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

    private String time(JsonNode key, String field, String otherwise) {
        return KeyText.findTime(key, field)
                .map(at -> KeyText.exact(surroundings, at))
                .orElse(otherwise);
    }
}
