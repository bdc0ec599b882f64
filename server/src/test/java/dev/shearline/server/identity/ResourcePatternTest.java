package dev.shearline.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcePatternTest {

    private static ResourcePattern pattern(String text) {
        return ResourcePattern.find(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "project/42, project/42, true",
        "project/42, project/421, false",
        "project/42, report/42, false",
        "project/*, project/42, true",
        "project/*, project/a/b, true",
        "project/*, projects/1, false",
        "project/a/*, project/a/*, true",
        "project/a/*, project/a/b, false",
        "project/a*, project/ab, false"
    })
    void a_star_alone_is_every_id_of_the_type(String pattern, String resource, boolean matches) {
        assertThat(pattern(pattern).matches(ResourceName.find(resource).orElseThrow()))
                .isEqualTo(matches);
        assertThat(pattern(pattern).covers(pattern(resource))).isEqualTo(matches);
    }

    @Test
    void all_of_a_type_are_more_than_one() {
        assertThat(pattern("project/42").covers(pattern("project/*"))).isFalse();
        assertThat(pattern("project/*").covers(pattern("project/*"))).isTrue();
        assertThat(pattern("project/*")).hasToString("project/*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "project", "project/", "/42", "*", "*/42", "Project/42", "9a/1", "a.b/1", "a/ b", "a/b\n"})
    void what_is_no_name_is_no_pattern(String text) {
        assertThat(ResourcePattern.find(text)).isEmpty();
        assertThat(ResourceName.find(text)).isEmpty();
    }

    @Test
    void nothing_is_called_star() {
        assertThat(ResourceName.find("project/*")).isEmpty();
        assertThat(ResourceName.find("a".repeat(50) + "/" + "b".repeat(255))).isPresent();
        assertThat(ResourceName.find("a".repeat(51) + "/b")).isEmpty();
        assertThat(ResourceName.find("a/" + "b".repeat(256))).isEmpty();
    }
}
