package dev.shearline.client.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The guide's code compiles and does what the guide says. */
@ExtendWith(FakeShearlineExtension.class)
class GuideTest {

    private static final Path GUIDE = Path.of("../docs/guides/java.md");
    private static final Path EXAMPLES = Path.of("src/test/java/dev/shearline/client/testing/GuideExamples.java");
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```");

    /** However the formatter has broken its lines. */
    private static String words(String code) {
        return code.replaceAll("\\s+", "").replace("staticclass", "class");
    }

    @Test
    void all_code_of_the_guide_is_compiled() throws IOException {
        var examples = words(Files.readString(EXAMPLES));
        var blocks = JAVA.matcher(Files.readString(GUIDE))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(blocks).hasSizeGreaterThan(5);
        assertThat(blocks).allSatisfy(block -> assertThat(examples).contains(words(block)));
    }

    @Test
    void it_does_what_the_guide_says(FakeShearline fake) {
        var key = fake.issue("deployments:write");
        try (var verifier = GuideExamples.connect(fake.url(), fake.key())) {
            assertThat(GuideExamples.answer(verifier, key.secret(), "192.0.2.1"))
                    .isEqualTo("deployed for fake");
            assertThat(GuideExamples.answer(verifier, fake.issue("other:read").secret(), "192.0.2.1"))
                    .isEqualTo("403");
            assertThat(GuideExamples.answer(verifier, "nothing", "192.0.2.1")).isEqualTo("401");
            assertThat(verifier.verify(GuideExamples.question(key.secret(), "192.0.2.1"))
                            .isAllowed())
                    .isTrue();
        }
        assertThat(GuideExamples.manage(fake.connect())).isTrue();
        GuideExamples.revoke(fake.connect().keys(), "key_000000000000");
    }
}
