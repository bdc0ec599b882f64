package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsVerbTest {
    private static final String LIMITS =
            "{'id':'team_1','rate_limits':[{'amount':100,'per':'minute','burst':20}],'quota':{'amount':500,'refill':'none'}}";

    @TempDir
    private Path directory;

    private FakeInstance instance;

    @BeforeEach
    void start() {
        instance = new FakeInstance();
    }

    @AfterEach
    void stop() {
        instance.close();
    }

    private Session.Result run(String line) {
        return Session.at(instance, directory).run(line.split(" ", -1));
    }

    @Test
    void limits_are_shown_in_words() {
        instance.answering(200, LIMITS);

        var result = run("teams limits ext:web --organization ext:acme");

        assertThat(result.out()).contains("100/minute, at most 20 at once").contains("500 in all");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/teams/ext%3Aweb/limits?organization=ext%3Aacme");
    }

    @ParameterizedTest
    @CsvSource({"orgs, organizations", "departments, departments", "teams, teams", "members, members"})
    void what_is_named_is_set_and_the_rest_lifted(String command, String path) {
        instance.answering(200, LIMITS);

        run(command + " limits x1 --rate-limit 100/m/20 --quota 500/none");

        assertThat(instance.lastAsked().method()).isEqualTo("PUT");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/" + path + "/x1/limits");
        assertThat(instance.lastAsked().body()).isEqualTo(ApiClient.JSON.readTree("""
                        {"rate_limits": [{"amount": 100, "per": "minute", "burst": 20}], "quota": {"amount": 500, "refill": "none"}}
                        """));
    }

    @Test
    void all_are_lifted_by_one_word() {
        instance.answering(200, "{'id':'org_1','rate_limits':[],'quota':null}");

        assertThat(run("orgs limits org_1 --clear").out()).contains("none");
        assertThat(instance.lastAsked().body().toString()).isEqualTo("{}");
    }

    @Test
    void a_key_loses_its_limits_by_none() {
        instance.answering(200, "{'id':'key_1','name':'n'}");

        run("keys update key_1 --rate-limit none --quota none");

        assertThat(instance.lastAsked().body().toString()).isEqualTo("{\"rate_limits\":[],\"quota\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rate-limit 100", "--rate-limit many/m", "--quota 5", "--quota 5/day --clear"})
    void what_is_no_limit_is_not_sent(String options) {
        assertThat(run("orgs limits org_1 " + options).exitCode()).isEqualTo(2);
        assertThat(instance.asked()).isEmpty();
    }
}
