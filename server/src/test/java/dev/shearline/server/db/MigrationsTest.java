package dev.shearline.server.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.TestSchema;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class MigrationsTest {

    private static final String INDEXES = """
            SELECT string_agg(c.relname || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END, ', ' ORDER BY c.relname)
              FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
             WHERE i.indrelid IN ('api_key'::regclass, 'api_key_word'::regclass)
            """;

    @Test
    void what_was_cut_off_while_it_made_an_index_is_repeated() {
        var schema = TestSchema.createEmpty();
        Migrations.flyway(schema.owner()).target("14").load().migrate();
        // so a kill between the second index and the third leaves it
        schema.execute("DROP INDEX api_key_rare_type_expires");
        schema.execute("UPDATE flyway_schema_history SET success = false WHERE version = '14'");

        assertThat(Migrations.migrate(schema.owner())).isPositive();

        assertThat(schema.query(INDEXES))
                .isEqualTo(TestSchema.create().query(INDEXES))
                .contains("api_key_rare_type_expires");
        assertThat(Migrations.migrate(schema.owner())).isZero();
    }
}
