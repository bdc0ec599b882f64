package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourcesCommandTest {
    private static final String SHOP =
            "{'id':'res_1','resource':'project/a/b','type':'project','external_id':'a/b','name':'Shop','organization':'org_1',"
                    + "'unit':'team_1','created_at':'2030-01-01T00:00:00.000Z','updated_at':'2030-01-01T00:00:00.000Z'}";
    private static final String KEY = "{'id':'key_1','name':'deploy'}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    private Session.Result run(String... arguments) {
        return Session.at(instance, directory).run(arguments);
    }

    private String asked() {
        return instance.lastAsked().method() + " " + instance.lastAsked().target();
    }

    @Test
    void a_resource_is_put_by_its_type_and_the_callers_own_id() {
        instance.answering(201, SHOP);

        var result = run(
                "resources", "put", "project/a/b", "--organization", "ext:acme", "--unit", "none", "--name", "Shop");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("project/a/b\n");
        assertThat(result.err()).contains("Saved resource project/a/b \"Shop\".");
        assertThat(asked()).isEqualTo("PUT /v1/resources/project/a%2Fb");
        assertThat(instance.lastAsked().body().toString())
                .isEqualTo("{\"organization\":\"ext:acme\",\"unit\":null,\"name\":\"Shop\"}");
    }

    @Test
    void it_is_shown_and_listed_and_removed() {
        instance.answering(200, SHOP);
        assertThat(run("resources", "get", "project/a/b", "--organization", "org_1")
                        .out())
                .contains("project/a/b", "Shop", "team_1");
        assertThat(asked()).isEqualTo("GET /v1/resources/project/a%2Fb?organization=org_1");

        instance.answering(200, "{'items':[" + SHOP + "],'next_cursor':null}");
        assertThat(run("resources", "list", "--type", "project", "--unit", "team_1")
                        .out()
                        .lines()
                        .toList()
                        .getFirst()
                        .split(" {2,}"))
                .containsExactly("RESOURCE", "NAME", "UNIT", "CREATED");
        assertThat(asked()).startsWith("GET /v1/resources?").contains("type=project", "unit=team_1");

        instance.answering(200, SHOP);
        assertThat(run("resources", "remove", "project/a/b", "--yes").out())
                .isEqualTo("Removed resource project/a/b \"Shop\".\n");
        assertThat(asked()).isEqualTo("DELETE /v1/resources/project/a%2Fb");
    }

    @Test
    void what_has_no_type_is_a_mistake_and_asks_nobody() {
        var result = run("resources", "get", "42");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("project/42");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void a_key_loses_its_limit_and_its_bill_with_none() {
        instance.answering(200, KEY).answering(200, KEY);

        run("keys", "update", "key_1", "--resource", "none", "--billed-to", "none");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"resources\":[],\"billed_to\":null}");

        run("keys", "update", "key_1", "--resource", "project/42", "--resource", "report/*");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"resources\":[\"project/42\",\"report/*\"]}");
    }
}
