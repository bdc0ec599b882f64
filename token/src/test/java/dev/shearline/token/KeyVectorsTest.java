package dev.shearline.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The vectors that every implementation of the format reads: spec/vectors/keys.json. */
class KeyVectorsTest {

    private static final JsonNode VECTORS =
            JsonMapper.shared().readTree(Path.of("../spec/vectors/keys.json").toFile());
    private static final KeyFormat FORMAT = new KeyFormat(List.of("shl", "acme2"));

    /** What published rules look for anywhere in a text, to try it against somebody else's API. */
    private static final List<Pattern> PUBLISHED_RULES = List.of(
            Pattern.compile("(?:sk|rk|pk)_(?:live|test|prod)_[0-9a-zA-Z]{10,99}"),
            Pattern.compile("[rs]k_live_[a-zA-Z0-9]{20,247}"),
            Pattern.compile("(?i)\\b(?:sk|rk)_(?:test|live|prod)_[a-z0-9]{10,99}\\b"),
            Pattern.compile("pk_(?:live|test)_"));

    @Test
    void there_are_enough_of_them() {
        assertThat(VECTORS.get("keys").size() + VECTORS.get("refused").size()).isGreaterThanOrEqualTo(50);
    }

    @TestFactory
    Stream<DynamicTest> the_checksum_of_a_body_is() {
        return each("checksums")
                .map(vector -> DynamicTest.dynamicTest(
                        "body " + vector.get("body").asString(),
                        () -> assertThat(Base62.checksum(vector.get("body").asString()))
                                .isEqualTo(vector.get("checksum").asString())));
    }

    @TestFactory
    Stream<DynamicTest> a_key_says_of_itself() {
        return each("keys")
                .map(vector -> DynamicTest.dynamicTest(vector.get("mask").asString(), () -> {
                    var key = joined(vector);
                    assertThat(FORMAT.parse(key)).isInstanceOfSatisfying(ParsedKey.WellFormed.class, parsed -> {
                        assertThat(parsed.brand()).isEqualTo(vector.get("brand").asString());
                        assertThat(parsed.mode().wire())
                                .isEqualTo(vector.get("mode").asString());
                        assertThat(parsed.kind().wire())
                                .isEqualTo(vector.get("kind").asString());
                        assertThat(parsed.id()).hasToString(vector.get("id").asString());
                    });
                    assertThat(KeyDigest.of(key).toHex())
                            .isEqualTo(vector.get("sha256").asString());
                    assertThat(KeyFormat.mask(KeyFormat.prefixOf(key), KeyFormat.lastFourOf(key)))
                            .isEqualTo(vector.get("mask").asString());
                }));
    }

    @TestFactory
    Stream<DynamicTest> refused() {
        return each("refused")
                .map(vector -> DynamicTest.dynamicTest(vector.get("why").asString(), () -> {
                    var expected = vector.get("result").asString().equals("foreign")
                            ? new ParsedKey.Foreign()
                            : new ParsedKey.Malformed();
                    assertThat(FORMAT.parse(joined(vector))).isEqualTo(expected);
                }));
    }

    @Test
    void no_published_rule_takes_one_for_a_key_of_another_service() {
        each("keys")
                .forEach(vector -> PUBLISHED_RULES.forEach(
                        rule -> assertThat(rule.matcher(joined(vector)).find())
                                .as(rule.pattern())
                                .isFalse()));
    }

    private static Stream<JsonNode> each(String name) {
        return StreamSupport.stream(VECTORS.get(name).spliterator(), false);
    }

    private static String joined(JsonNode vector) {
        var key = new StringBuilder();
        vector.get("parts").forEach(part -> key.append(part.asString()));
        return key.toString();
    }
}
