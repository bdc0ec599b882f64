package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class FormatsTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String KEY =
            "{'id':'key_1','name':'=cmd, \\u001b[31m \\\"x\\\"','type':'team','status':'active','scopes':['a:read','b:read'],"
                    + "'owner':{'type':'team','id':'t','external_id':'web'},'metadata':{},'cidrs':[],"
                    + "'last_used_at':null,'expires_at':'2030-01-11T00:00:00Z'}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void csv_has_one_header_and_every_field_and_no_formula() {
        instance.answering(200, "{'items':[" + KEY + "],'next_cursor':'more'}")
                .answering(200, "{'items':[" + KEY + "],'next_cursor':null}");
        var lines = Session.at(instance, directory)
                .run("keys", "list", "--all", "-o", "csv")
                .out()
                .lines()
                .toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).startsWith("id,name,description,type,").contains(",owner.external_id,");
        assertThat(lines.get(1))
                .startsWith("key_1,\"'=cmd, \ufffd[31m \"\"x\"\"\",,team,")
                .contains(",a:read b:read,team,t,web,")
                .contains(",2030-01-11T00:00:00Z,")
                .isEqualTo(lines.get(2));
    }

    @Test
    void an_empty_list_is_one_in_every_format() {
        var empty = "{'items':[],'next_cursor':null}";
        instance.answering(200, empty).answering(200, empty).answering(200, empty);
        var session = Session.at(instance, directory);

        assertThat(session.run("teams", "list", "-o", "json").out()).isEqualTo("{\"items\":[],\"next_cursor\":null}\n");
        assertThat(session.run("teams", "list", "-o", "yaml").out()).isEqualTo("items: []\nnext_cursor: null\n");
        assertThat(session.run("teams", "list", "-o", "csv").out().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "get key_1"})
    void yaml_and_json_say_the_same(String command) {
        var answer = command.startsWith("get") ? KEY : "{'items':[" + KEY + "," + KEY + "],'next_cursor':'n'}";
        instance.answering(200, answer).answering(200, answer);
        var session = Session.at(instance, directory);
        var json = ApiClient.JSON.readTree(
                session.run(("keys " + command + " -o json").split(" ")).out());
        var text = session.run(("keys " + command + " -o yaml").split(" ")).out();

        assertThat(YAML.readTree(text)).isEqualTo(json);
        assertThat(text).doesNotContain("\u001b");
    }

    @Test
    void every_value_survives_yaml() {
        var values = ApiClient.JSON.createArrayNode();
        List.of(
                        "",
                        " ",
                        "a b",
                        "a: b",
                        "- a",
                        "no",
                        "Null",
                        "1",
                        "1e3",
                        "0x1f",
                        "2030-01-31",
                        "a#b",
                        "a #b",
                        "\ttab",
                        "line\nbreak",
                        "quo\"te",
                        "back\\slash",
                        "ü",
                        "\u2028",
                        "🔑",
                        "\u0085",
                        "~",
                        "&a",
                        "*a",
                        "!x")
                .forEach(values::add);
        JsonNode nested = ApiClient.JSON.readTree(
                "{\"a\": [[1, 2], [], {}, {\"b\": [{\"c\": null, \"d\": 1.5}]}], \"e f\": {\"g\": true}}");
        var all = ApiClient.object();
        all.set("values", values);
        all.set("nested", nested);

        assertThat(YAML.readTree(Yaml.of(all))).isEqualTo(all);
    }

    @Test
    void json_on_a_screen_is_indented_and_moves_no_cursor() {
        var odd = "{'id':'key_1','name':'a\\u009b31m\\u202eb'}";
        instance.answering(200, odd);
        var out = Session.at(instance, directory)
                .atTerminal()
                .run("keys", "get", "key_1", "-o", "json")
                .out();

        assertThat(out).contains("\n").contains("a\\u009b31m\\u202eb");
        assertThat(ApiClient.JSON.readTree(out).path("name").asString()).isEqualTo("a\u009b31m\u202eb");
    }

    @Test
    void several_keys_are_a_list_and_their_secrets_a_column() {
        instance.answering(201, "{'id':'key_3','name':'a','secret':'SECRET_3','rotated_from':'key_1'}")
                .answering(404, "{'detail':'There is no such key.','code':'not_found'}")
                .answering(201, "{'id':'key_5','name':'b','secret':'SECRET_5','rotated_from':'key_4'}");
        var result = Session.at(instance, directory).run("keys", "rotate", "key_1", "key_2", "key_4", "-o", "csv");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out().lines().toList())
                .hasSize(3)
                .satisfies(lines -> assertThat(lines.get(0)).startsWith("secret,id,"))
                .satisfies(lines -> assertThat(lines.get(1)).startsWith("SECRET_3,key_3,"))
                .satisfies(lines -> assertThat(lines.get(2)).startsWith("SECRET_5,key_5,"));
        assertThat(result.err()).contains("key_2: There is no such key.").doesNotContain("SECRET");
    }
}
