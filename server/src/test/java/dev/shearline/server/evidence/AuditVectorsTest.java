package dev.shearline.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.audit.CanonicalJson;
import dev.shearline.server.testing.Repository;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code spec/vectors/audit.json}, which was not made by this code, says what this code says. */
class AuditVectorsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String FILE = "spec/vectors/audit.json";
    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};
    private static final JsonNode VECTORS =
            JSON.readTree(Repository.ofThisProject().read(FILE));

    private static Octets hex(JsonNode vector, String field) {
        return Octets.ofHex(vector.path(field).asString());
    }

    private static byte[] text(JsonNode vector, String field) {
        return vector.path(field).asString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void events_have_one_spelling_and_their_hashes_follow() {
        assertThat(VECTORS.path("links")).hasSize(5).allSatisfy(vector -> {
            var bytes = text(vector, "bytes");
            assertThat(CanonicalJson.bytes(JSON.readValue(bytes, FIELDS))).isEqualTo(bytes);
            assertThat(Sha256.link(
                            hex(vector, "previous").toBytes(),
                            vector.path("seq").asLong(),
                            bytes))
                    .isEqualTo(hex(vector, "hash").toBytes());
        });
    }

    @Test
    void personal_fields_are_bound_by_a_salted_hash() {
        assertThat(VECTORS.path("personal"))
                .isNotEmpty()
                .allSatisfy(vector -> assertThat(
                                new StoredEvent.Personal(hex(vector, "salt"), Octets.of(text(vector, "fields"))).hash())
                        .isEqualTo(vector.path("hash").asString()));
    }

    @Test
    void checkpoints_are_signed_and_hide_their_chains() {
        assertThat(VECTORS.path("leaves"))
                .isNotEmpty()
                .allSatisfy(vector -> assertThat(Sha256.leaf(
                                hex(vector, "nonce").toBytes(),
                                vector.path("seq").asLong(),
                                hex(vector, "hash").toBytes(),
                                vector.path("chain").asString()))
                        .isEqualTo(hex(vector, "leaf").toBytes()));
        assertThat(VECTORS.path("checkpoints")).isNotEmpty().allSatisfy(vector -> {
            var bytes = text(vector, "bytes");
            assertThat(Octets.of(Sha256.of(bytes))).isEqualTo(hex(vector, "hash"));
            assertThat(Ed25519.verifies(
                            hex(vector, "public_key").toBytes(),
                            bytes,
                            Octets.ofBase64(vector.path("signature").asString()).toBytes()))
                    .isTrue();
        });
    }

    @Test
    void exports_are_whole_or_broken_where_they_are_said_to_be() {
        assertThat(VECTORS.path("exports")).hasSizeGreaterThan(15).allSatisfy(vector -> {
            var lines =
                    vector.path("lines").valueStream().map(JsonNode::asString).collect(Collectors.joining("\n"));
            List<KeptCheckpoint> kept = vector.has("kept")
                    ? KeptCheckpoint.readAll(JSON.writeValueAsString(Map.of("items", vector.path("kept"))))
                    : List.of();
            var accepted =
                    vector.path("keys").valueStream().map(JsonNode::asString).collect(Collectors.toSet());
            var report = ExportVerification.verify(new BufferedReader(new StringReader(lines)), kept, accepted);
            var broken = vector.path("broken_line");
            switch (report) {
                case ExportReport.Whole whole -> {
                    assertThat(broken.isNull())
                            .as(vector.path("name").asString())
                            .isTrue();
                    assertThat(whole.held()).isEqualTo(vector.path("held").asLong(0));
                    assertThat(JSON.writeValueAsString(whole.signers().stream()
                                    .map(signer -> List.of(signer.key(), signer.from(), signer.to()))
                                    .toList()))
                            .isEqualTo(vector.path("signers").toString());
                }
                case ExportReport.Broken found ->
                    assertThat(found.line()).as(vector.path("name").asString()).isEqualTo(broken.asLong(0));
            }
        });
    }

    @Test
    void what_somebody_has_kept_is_a_whole_checkpoint_or_refused() {
        assertThat(VECTORS.path("kept")).hasSizeGreaterThan(20).allSatisfy(vector -> {
            var text = vector.path("text").asString();
            var name = vector.path("name").asString();
            if (vector.path("checkpoints").isNull()) {
                assertThatThrownBy(() -> KeptCheckpoint.readAll(text))
                        .as(name)
                        .isInstanceOf(IllegalArgumentException.class);
            } else {
                assertThat(KeptCheckpoint.readAll(text))
                        .as(name)
                        .hasSize(vector.path("checkpoints").asInt());
            }
        });
    }

    @Test
    void the_verifier_in_python_agrees() throws Exception {
        var root = Repository.ofThisProject().root();
        var process = new ProcessBuilder("python3", "spec/audit_verify.py", "--self-test", FILE)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        try (var output = process.getInputStream()) {
            assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("all vectors hold");
        }
        assertThat(process.waitFor()).isZero();
    }
}
