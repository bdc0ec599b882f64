package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** Keys of another system, as requests to import them name them. */
record ImportRig(KeyRig rig) {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** A key as another system might have made it. */
    static String foreign() {
        return "acme-" + NUMBERS.incrementAndGet() + "-0123456789abcdefghijklmnopq";
    }

    static String hex(String key) {
        return "\"hash\":{\"value\":\"" + KeyDigest.of(key).toHex() + "\"}";
    }

    static String plain(String key) {
        return "\"plaintext\":\"" + key + "\"";
    }

    static String item(String found, String fields) {
        return "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"Imported\",\"scopes\":[\"resources:read\"]," + found
                + fields + "}";
    }

    KeyRig.Answer imported(String credential, String... items) {
        return imported(credential, false, items);
    }

    KeyRig.Answer imported(String credential, boolean dryRun, String... items) {
        return rig.post(
                credential,
                "/v1/keys/import",
                "{\"dry_run\":" + dryRun + ",\"items\":[" + String.join(",", items) + "]}");
    }

    static JsonNode row(KeyRig.Answer answer, int place) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body().path("items").path(place);
    }

    static String text(JsonNode row, String field) {
        return row.path(field).asString("");
    }

    KeyRig.Answer shown(JsonNode row) {
        return rig.get(rig.operator, "/v1/keys/" + text(row, "id"));
    }
}
