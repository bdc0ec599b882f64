package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.cli.Table.Cell;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columns_are_as_wide_as_what_is_in_them() {
        var table = new Table(Style.PLAIN, 0, List.of("A", "LONGER", "C"));
        table.add(row("1", "2", "3"));
        table.add(row("22", "", "33"));

        assertThat(table.takeLines()).containsExactly("A   LONGER  C", "1   2       3", "22          33");
    }

    @Test
    void the_flexible_column_gives_way_first_then_the_widest() {
        var one = new Table(Style.PLAIN, 0, List.of("NAME", "ID"));
        one.add(row("n".repeat(100), "i".repeat(16)));
        assertThat(one.takeLines().get(1))
                .isEqualTo("n".repeat(61) + "…  " + "i".repeat(16))
                .hasSize(80);

        var all = new Table(Style.PLAIN, 0, List.of("NAME", "X", "Y"));
        all.add(row("n".repeat(100), "x".repeat(90), "y".repeat(90)));
        var lines = all.takeLines();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(lines.get(1)).startsWith("nnnnnnn…  xxx").contains("…  yyy").endsWith("…");
    }

    @Test
    void a_column_that_folds_goes_on_below_and_loses_nothing() {
        var table = new Table(Style.PLAIN, 1, true, List.of("ROLE", "SCOPES"));
        var scopes =
                IntStream.range(0, 12).mapToObj(i -> "resource-" + i + ":read").collect(Collectors.joining(", "));
        table.add(row("developer", scopes));
        table.add(row("viewer", "a:read"));
        var lines = table.takeLines();

        assertThat(lines)
                .hasSizeGreaterThan(3)
                .allSatisfy(
                        line -> assertThat(line).hasSizeLessThanOrEqualTo(80).doesNotContain("…"));
        assertThat(lines.get(2)).startsWith(" ".repeat("developer".length() + 2));
        assertThat(lines.getLast()).isEqualTo("viewer     a:read");
        assertThat(lines.subList(1, lines.size() - 1).stream()
                        .map(String::strip)
                        .collect(Collectors.joining(" ")))
                .isEqualTo("developer  " + scopes);
    }

    @Test
    void the_pages_of_a_long_list_stand_in_the_same_columns() {
        var table = new Table(Style.PLAIN, 0, List.of("A", "B"));
        table.add(row("long", "1"));
        assertThat(table.takeLines()).containsExactly("A     B", "long  1");
        table.add(row("s", "2"));
        assertThat(table.takeLines()).containsExactly("s     2");
    }

    @Test
    void sentences_are_folded_between_words_and_colours_take_no_room() {
        assertThat(Text.fold("one two three\n  four five", 9)).isEqualTo("one two\n  three\n  four\n    five");
        assertThat(Text.fold("\u001b[31merror:\u001b[0m abc", 10)).doesNotContain("\n");
        assertThat(Text.fold("unbreakable", 5)).isEqualTo("unbreakable");
    }

    @Test
    void wide_characters_take_two_columns_and_accents_none() {
        assertThat(Text.width("日本")).isEqualTo(4);
        assertThat(Text.width("e\u0301")).isEqualTo(1);
        assertThat(Text.width("🔑")).isEqualTo(2);
        assertThat(Text.cut("日本語日本語", 6)).isEqualTo("日本…");
        assertThat(Text.cut("short", 5)).isEqualTo("short");
    }

    @Test
    void nothing_in_a_cell_moves_the_cursor_or_turns_the_writing() {
        assertThat(Cell.of("a\u001b[2J\rb\u202ec\u2028").text()).isEqualTo("a\ufffd[2J\ufffdb\ufffdc\ufffd");
    }

    private static List<Cell> row(String... texts) {
        return Stream.of(texts).map(Cell::of).toList();
    }
}
