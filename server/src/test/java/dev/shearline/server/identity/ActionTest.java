package dev.shearline.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ActionTest {

    /** In the same order, and no others. */
    @Test
    void the_guide_shows_the_table() throws IOException {
        var guide = Files.readString(Repository.ofThisProject().root().resolve("docs/guides/access.md"));
        var start = guide.indexOf("|---|---|---|\n") + "|---|---|---|\n".length();
        var table = guide.substring(start, guide.indexOf("\n\n", start));
        assertThat(table.lines())
                .containsExactlyElementsOf(
                        Stream.of(Action.values()).map(ActionTest::row).toList());
    }

    private static String row(Action action) {
        return "| " + action.meaning() + " | " + action.least().wire() + " | " + where(action) + " |";
    }

    private static String where(Action action) {
        return switch (action.where()) {
            case ANYWHERE -> "anywhere";
            case ORGANIZATION -> "at the organization";
            case AT_OR_ABOVE ->
                switch (action) {
                    case SEE_KEYS_OF_MEMBERS, MANAGE_KEYS_OF_MEMBERS ->
                        "there or above, of all units where that member has a role";
                    default -> "there or above";
                };
        };
    }
}
