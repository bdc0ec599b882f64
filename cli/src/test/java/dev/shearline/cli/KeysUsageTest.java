package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysUsageTest {
    private static final String USAGE =
            "{'key_id':'key_3Fq0aZ81bQxR','from':'2029-12-31T00:00:00.000Z','to':'2030-01-02T00:00:00.000Z','granularity':'day',"
                    + "'items':[{'time':'2029-12-31T00:00:00.000Z','allowed':1234,'denied':{'expired':2,'revoked':1},'units':2468},"
                    + "{'time':'2030-01-01T00:00:00.000Z','allowed':1,'denied':{},'units':1}],"
                    + "'total':{'allowed':1235,'denied':{'expired':2,'revoked':1},'units':2469}}";
    private static final String NONE = "{'items':[],'total':{'allowed':0,'denied':{},'units':0}}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void a_table_shows_what_was_allowed_and_what_was_refused_and_why() {
        instance.answering(200, USAGE);
        var result = Session.at(instance, directory).run("keys", "usage", "key_3Fq0aZ81bQxR");

        assertThat(result.out()).isEqualTo("""
                        TIME                      ALLOWED  UNITS  DENIED
                        2029-12-31T00:00:00.000Z  1234     2468   2 expired, 1 revoked
                        2030-01-01T00:00:00.000Z  1        1
                        """);
        assertThat(result.err()).contains("1,235 allowed, 2,469 units, 3 denied");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/key_3Fq0aZ81bQxR/usage");
    }

    @Test
    void times_and_pieces_go_by_their_names_on_the_wire() {
        instance.answering(200, NONE);
        var result = Session.at(instance, directory)
                .run(
                        "keys",
                        "usage",
                        "key_3Fq0aZ81bQxR",
                        "--from",
                        "2030-01-01T00:00:00Z",
                        "--to",
                        "x",
                        "--by",
                        "hour");

        assertThat(instance.lastAsked().target()).endsWith("?from=2030-01-01T00%3A00%3A00Z&to=x&granularity=hour");
        assertThat(result.err()).contains("No use in this time.");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void csv_has_a_line_a_piece_and_json_is_the_answer_itself() {
        instance.answering(200, USAGE).answering(200, NONE);
        var session = Session.at(instance, directory);

        assertThat(session.run("keys", "usage", "key_3Fq0aZ81bQxR", "--output", "csv")
                        .out())
                .isEqualTo("""
                        time,allowed,units,denied
                        2029-12-31T00:00:00.000Z,1234,2468,"2 expired, 1 revoked"
                        2030-01-01T00:00:00.000Z,1,1,
                        """);
        assertThat(session.run("keys", "usage", "key_3Fq0aZ81bQxR", "--output", "json")
                        .out()
                        .strip())
                .isEqualTo(NONE.replace('\'', '"'));
    }
}
