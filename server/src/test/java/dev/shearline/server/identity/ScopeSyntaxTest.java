package dev.shearline.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ScopeSyntaxTest {

    private static final Pattern SYNTAX = Pattern.compile("\\*|[a-z][a-z0-9_.-]*:(\\*|[a-z0-9][a-z0-9_.-]*)");
    private static final String ALPHABET = "ab9_.-:*A é";

    @Test
    void a_scope_is_what_the_expression_says() {
        var random = new Random(1);
        for (int i = 0; i < 300_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            assertThat(Scope.find(text.toString()).isPresent())
                    .as(text.toString())
                    .isEqualTo(SYNTAX.matcher(text).matches());
        }
    }

    @Test
    void a_scope_has_at_most_100_characters() {
        assertThat(Scope.find("a:" + "b".repeat(98))).isPresent();
        assertThat(Scope.find("a:" + "b".repeat(99))).isEmpty();
    }

    @Test
    void a_pattern_covers_the_scopes_of_its_resource_alone() {
        assertThat(new Scope("keys:*").covers(new Scope("keys:read"))).isTrue();
        assertThat(new Scope("keys:*").covers(new Scope("keys:*"))).isTrue();
        assertThat(new Scope("keys:*").covers(new Scope("keyset:read"))).isFalse();
        assertThat(new Scope("keys:*").covers(Scope.FULL_ACCESS)).isFalse();
        assertThat(new Scope("keys:read").covers(new Scope("keys:readers"))).isFalse();
        assertThat(Scope.FULL_ACCESS.covers(new Scope("keys:*"))).isTrue();
    }

    @Test
    void a_set_is_sorted_and_holds_each_scope_once() {
        var set = ScopeSet.ofWire(List.of("keys:write", "keys:read", "keys:write"));
        assertThat(set.wire()).containsExactly("keys:read", "keys:write");
    }
}
