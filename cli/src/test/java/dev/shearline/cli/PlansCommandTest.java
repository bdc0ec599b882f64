package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlansCommandTest {
    private static final String TERMS = "{'max_lifetime':'1y','no_expiry':false,'max_keys':'unlimited'}";
    private static final String PLAN = "{'id':'pro','title':'Pro','rank':20,'key_types':{'personal':" + TERMS
            + ",'team':{'max_lifetime':'10y','no_expiry':true,'max_keys':'unlimited'},"
            + "'ci':{'max_lifetime':'90d','no_expiry':false,'max_keys':1},'ephemeral':null},"
            + "'slots':{'ci_token':10,'developers':'unlimited'},'version':3}";
    private static final String OF_ORGANIZATION = "{'organization':'org_1','plan':'pro','title':'Pro',"
            + "'overrides':{'key_types':null,'slots':null},'key_types':{'personal':" + TERMS + ",'team':" + TERMS
            + ",'ci':{'max_lifetime':'90d','no_expiry':false,'max_keys':1},'ephemeral':null},"
            + "'slots':{'ci_token':10,'developers':'unlimited'},'used':{'personal':12,'team':0,'ci':3,'ephemeral':1},"
            + "'over':[{'key_type':'ci','excess':'number','used':3,'limit':1,'max_lifetime':null},"
            + "{'key_type':'ephemeral','excess':'type','used':1,'limit':0,'max_lifetime':null},"
            + "{'key_type':'ci','excess':'lifetime','used':2,'limit':null,'max_lifetime':'90d'}]}";

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

    @Test
    void plans_are_a_table_of_what_each_includes() {
        instance.answering(200, "{'items':[" + PLAN + "],'next_cursor':null}");

        var lines = run("plans", "list").out().lines().toList();

        assertThat(lines.getFirst().split(" {2,}"))
                .containsExactly("PLAN", "TITLE", "PERSONAL", "TEAM", "CI", "EPHEMERAL", "CI SLOTS", "DEV SLOTS");
        assertThat(lines.get(1).split(" {2,}"))
                .containsExactly("pro", "Pro", "1y", "any", "90d x1", "-", "10", "unlimited");
        assertThat(lines).allMatch(line -> line.length() <= Table.WIDTH);
    }

    @Test
    void one_plan_is_told_in_words() {
        instance.answering(200, PLAN);

        assertThat(run("plans", "get", "pro").out())
                .contains("Personal keys  live at most 1y, any number")
                .contains("Team keys      live at most 10y, or without expiry, any number")
                .contains("CI tokens      live at most 90d, 1 at a time")
                .contains("Ephemeral      not included");
    }

    @Test
    void terms_are_written_beside_their_type() {
        instance.answering(201, PLAN).answering(200, PLAN);

        var made = run(
                "plans",
                "create",
                "--id",
                "pro",
                "--title",
                "Pro",
                "--rank",
                "20",
                "--key-type",
                "personal",
                "--key-type",
                "ci:keys=1,lifetime=90d",
                "--key-type",
                "team:no-expiry,keys=unlimited",
                "--slots",
                "ci-token=10,developers=unlimited");

        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).isEqualTo("pro\n");
        assertThat(instance.lastAsked().body().toString())
                .isEqualTo("{\"id\":\"pro\",\"title\":\"Pro\",\"rank\":20,\"key_types\":{\"personal\":{},"
                        + "\"ci\":{\"max_keys\":1,\"max_lifetime\":\"90d\"},"
                        + "\"team\":{\"no_expiry\":true,\"max_keys\":\"unlimited\"}},"
                        + "\"slots\":{\"ci_token\":10,\"developers\":\"unlimited\"}}");

        assertThat(run("plans", "update", "pro", "--key-type", "ci:none", "--key-type", "team:expiry")
                        .exitCode())
                .isZero();
        assertThat(instance.lastAsked().method()).isEqualTo("PATCH");
        assertThat(instance.lastAsked().body().toString())
                .isEqualTo("{\"key_types\":{\"ci\":null,\"team\":{\"no_expiry\":false}}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--key-type robot",
                "--key-type ci:keys",
                "--key-type ci:colour=red",
                "--key-type ci:keys=many",
                "--slots ci=3",
                "--slots ci-token=x",
                "--rank high"
            })
    void what_is_no_term_is_a_mistake_and_asks_nobody(String options) {
        var result = run(("plans update pro " + options).split(" "));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void the_plan_of_an_organization_shows_what_is_used_and_what_is_over() {
        instance.answering(200, OF_ORGANIZATION);

        var result = run("orgs", "plan", "ext:acme");

        assertThat(instance.lastAsked().target()).isEqualTo("/v1/organizations/ext%3Aacme/plan");
        assertThat(instance.lastAsked().method()).isEqualTo("GET");
        assertThat(result.out())
                .contains("Plan pro (Pro) of org_1")
                .containsPattern("Personal +12 +unlimited +1y +no")
                .containsPattern("CI +3 +1 +90d +no")
                .containsPattern("Ephemeral +1 +- +- +-")
                .contains("Slots: 10 a ci token, unlimited for developers")
                .contains("Over: 3 ci keys, of which the plan includes 1")
                .contains("Over: 1 ephemeral key, a type that the plan does not include")
                .contains("Over: 2 ci keys that live longer than 90d");
        assertThat(result.out().lines()).allMatch(line -> line.length() <= Table.WIDTH);
    }

    @Test
    void an_operator_sets_the_plan_and_what_is_agreed_besides() {
        instance.answering(200, OF_ORGANIZATION).answering(200, OF_ORGANIZATION);

        run(
                "orgs",
                "plan",
                "org_1",
                "--set",
                "scale",
                "--override",
                "ci:keys=5",
                "--override",
                "slots:ci-token=20",
                "--override",
                "ephemeral");
        assertThat(instance.lastAsked().method()).isEqualTo("PATCH");
        assertThat(instance.lastAsked().body().toString())
                .isEqualTo(
                        "{\"plan\":\"scale\",\"overrides\":{\"key_types\":{\"ci\":{\"max_keys\":5},\"ephemeral\":{}},"
                                + "\"slots\":{\"ci_token\":20}}}");

        run("orgs", "plan", "org_1", "--no-overrides");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"overrides\":null}");
    }

    @Test
    void a_refusal_by_the_plan_says_where_to_look() {
        instance.answering(
                403,
                "{'code':'plan_limit_reached','detail':'The plan pro includes 1 ci key, and 1 lives.','field':'type'}");

        var result = run("keys", "create", "--name", "n", "--organization", "ext:acme", "--scope", "a:b");

        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.err()).contains("shearline orgs plan");
    }

    @Test
    void a_policy_is_shown_set_and_merged_as_the_document_that_it_is() throws IOException {
        var policy = "{'organization':'org_1','key_types':null,'rotation_due_after_days':90}";
        instance.answering(200, policy).answering(200, policy).answering(200, policy);
        Files.writeString(directory.resolve("policy.json"), "{\"rotation_due_after_days\": 90}");

        assertThat(run("orgs", "policy", "ext:acme").out()).contains("\"rotation_due_after_days\":90");
        assertThat(instance.lastAsked().method()).isEqualTo("GET");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/organizations/ext%3Aacme/policy");

        run("orgs", "policy", "org_1", "--set", "policy.json");
        assertThat(instance.lastAsked().method()).isEqualTo("PUT");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"rotation_due_after_days\":90}");

        Session.at(instance, directory)
                .typing("{\"key_types\": {\"ci\": null}}")
                .run("orgs", "policy", "org_1", "--merge", "-");
        assertThat(instance.lastAsked().method()).isEqualTo("PATCH");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"key_types\":{\"ci\":null}}");
    }

    @Test
    void what_is_no_policy_is_not_sent() throws IOException {
        Files.writeString(directory.resolve("list.json"), "[]");
        Files.writeString(directory.resolve("broken.json"), "{");

        for (var options : new String[] {"--set list.json", "--set broken.json", "--set - --merge -"}) {
            assertThat(run(("orgs policy org_1 " + options).split(" ")).exitCode())
                    .as(options)
                    .isEqualTo(2);
        }
        var nowhere = run("orgs", "policy", "org_1", "--set", "nowhere.json");
        assertThat(nowhere.exitCode()).isEqualTo(2);
        assertThat(nowhere.err()).isEqualTo("error: There is no file nowhere.json.\n");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void keys_whose_rotation_is_due_are_asked_for() {
        instance.answering(200, "{'items':[],'next_cursor':null}");

        run("keys", "list", "--organization", "ext:acme", "--rotation-due");

        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys?organization=ext%3Aacme&rotation_due=true");
    }
}
