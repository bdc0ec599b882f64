package dev.shearline.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"Acme", "Café", "שלום", "نور", "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "a & <b>", "東京"})
    void a_name_may_be_written_in_any_script(String name) {
        assertThat(Names.findFault(Names.normalize(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u200B",
                "\u00A0",
                "\u200D\u200D",
                "a\u0000",
                "a\u009Fb",
                "a\nb",
                "a\u2028b",
                "\uD83D",
                "a\u202Eb",
                "a\u061Cb",
                "a\u2069b"
            })
    void what_deceives_or_cannot_be_stored_is_no_name(String name) {
        assertThat(Names.findFault(Names.normalize(name))).isPresent();
    }

    @Test
    void what_is_wrong_is_said_as_it_is() {
        assertThat(Names.findFault("")).contains("must not be empty");
        assertThat(Names.findFault("\u200B")).contains("must not be empty");
        assertThat(Names.findFault("\uD800")).contains("must not contain control characters or broken ones");
        assertThat(Names.findFault("\u0000")).contains("must not contain control characters or broken ones");
        assertThat(Names.findFault("\u202E"))
                .hasValueSatisfying(fault -> assertThat(fault).contains("direction of text"));
    }

    @Test
    void characters_are_counted_not_their_parts() {
        assertThat(Names.findFault("🦊".repeat(100))).isEmpty();
        assertThat(Names.findFault("🦊".repeat(101))).contains("must have at most 100 characters");
    }

    @Test
    void a_text_may_be_empty_and_have_lines() {
        assertThat(Names.findTextFault("", 10)).isEmpty();
        assertThat(Names.findTextFault("a\n\tb", 10)).isEmpty();
        assertThat(Names.findTextFault("a\rb", 10)).isPresent();
    }
}
