package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCreateTest {
    private static final String CREATED =
            "{'id':'key_3Fq0aZ81bQxR','name':'deploy','secret':'shl_live_sk_SECRET','expires_at':'2030-04-01T00:00:00Z'}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void the_secret_is_alone_on_standard_output() {
        instance.answering(201, CREATED);
        var result = Session.at(instance, directory).run("keys", "create", "--name", "deploy", "--team", "ext:web");

        assertThat(result.out()).isEqualTo("shl_live_sk_SECRET\n");
        assertThat(result.err())
                .contains("Created key_3Fq0aZ81bQxR \"deploy\", expires 2030-04-01T00:00:00Z (in 90d).")
                .contains("shown this once");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void a_lost_answer_is_asked_for_again_under_the_same_name() {
        instance.losingAnAnswer()
                .answering(503, "{'code':'outcome_unknown','detail':'Repeat the request.'}")
                .answering(201, CREATED);
        var result = Session.at(instance, directory).run("keys", "create", "--name", "deploy", "--team", "ext:web");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("shl_live_sk_SECRET\n");
        assertThat(instance.asked()).hasSize(3);
        var name = instance.lastAsked().idempotencyKey();
        assertThat(name).hasSizeGreaterThanOrEqualTo(22);
        assertThat(instance.asked()).allMatch(asked -> asked.idempotencyKey().equals(name));
    }

    @Test
    void an_instance_that_stays_away_ends_the_tries() {
        for (int i = 0; i < 3; i++) {
            instance.answering(503, "{'code':'unavailable','detail':'Not now.'}");
        }
        var result = Session.at(instance, directory).run("keys", "create", "--name", "deploy", "--team", "ext:web");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.err()).contains("Not now.");
        assertThat(instance.asked()).hasSize(3);
    }

    @Test
    void every_option_goes_by_its_name_on_the_wire() {
        instance.answering(201, CREATED);
        Session.at(instance, directory)
                .run(
                        "keys",
                        "create",
                        "--type",
                        "team",
                        "--name",
                        "n",
                        "--description",
                        "d",
                        "--organization",
                        "ext:acme",
                        "--team",
                        "ext:web",
                        "--scope",
                        "a:read",
                        "--scope",
                        "b:write",
                        "--mode",
                        "test",
                        "--publishable",
                        "--expires",
                        "30d",
                        "--not-before",
                        "2030-02-01T00:00:00Z",
                        "--cidr",
                        "10.0.0.0/8",
                        "--resource",
                        "project/a, b",
                        "--resource",
                        "report/*",
                        "--billed-to",
                        "ext:web",
                        "--rate-limit",
                        "100/m,5/s/20",
                        "--quota",
                        "10000/month",
                        "--metadata",
                        "env=ci",
                        "--metadata",
                        "build=7");

        var asked = instance.lastAsked();
        assertThat(asked.method() + " " + asked.target()).isEqualTo("POST /v1/keys");
        assertThat(asked.authorization()).isEqualTo("Bearer the-caller");
        assertThat(asked.body()).isEqualTo(ApiClient.JSON.readTree("""
                                {"type": "team", "name": "n", "description": "d", "organization": "ext:acme", "team": "ext:web",
                                 "scopes": ["a:read", "b:write"], "mode": "test", "visibility": "publishable", "expires_in": "30d",
                                 "not_before": "2030-02-01T00:00:00Z", "cidrs": ["10.0.0.0/8"],
                                 "resources": ["project/a, b", "report/*"], "billed_to": "ext:web",
                                 "rate_limits": [{"amount": 100, "per": "minute"}, {"amount": 5, "per": "second", "burst": 20}],
                                 "quota": {"amount": 10000, "refill": "month"},
                                 "metadata": {"env": "ci", "build": "7"}}
                                """));
    }

    @Test
    void an_expiry_may_be_a_time() {
        instance.answering(201, CREATED);
        Session.at(instance, directory).run("keys", "create", "--user", "ext:7", "--expires", "2031-01-01T00:00:00Z");

        assertThat(instance.lastAsked().body().path("expires_at").asString()).isEqualTo("2031-01-01T00:00:00Z");
        assertThat(instance.lastAsked().body().path("type").asString()).isEqualTo("personal");
    }

    @Test
    void a_key_without_an_owner_is_not_asked_for() {
        var result = Session.at(instance, directory).run("keys", "create", "--name", "deploy");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("Whose key is it?").contains("--team");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void the_secret_goes_into_a_file_that_only_its_owner_can_read() throws IOException {
        instance.answering(201, CREATED);
        var result = Session.at(instance, directory)
                .run("keys", "create", "--team", "ext:web", "--secret-file", "deploy.key", "-o", "json");

        var file = directory.resolve("deploy.key");
        assertThat(file).content().isEqualTo("shl_live_sk_SECRET\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(result.out()).contains("key_3Fq0aZ81bQxR").doesNotContain("SECRET");
        assertThat(result.err()).doesNotContain("SECRET");
    }

    @Test
    void a_file_that_exists_is_not_overwritten_and_no_key_is_made() throws IOException {
        Files.writeString(directory.resolve("deploy.key"), "another secret");
        var result = Session.at(instance, directory)
                .run("keys", "create", "--team", "ext:web", "--secret-file", "deploy.key");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(instance.asked()).isEmpty();
        assertThat(directory.resolve("deploy.key")).content().isEqualTo("another secret");
    }

    @Test
    void a_field_that_is_refused_is_told_by_its_option() {
        instance.answering(422, "{'detail':'This is required.','code':'invalid_field','field':'scopes'}");
        var result = Session.at(instance, directory).run("keys", "create", "--organization", "org_acme");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("This is required.").contains("On the command line that is --scope.");
    }

    @Test
    void an_owner_that_is_not_found_is_told_by_its_option() {
        instance.answering(
                404, "{'detail':'Nothing with this id is visible to you.','code':'not_found','field':'team'}");
        var result = Session.at(instance, directory).run("keys", "create", "--team", "ext:nope");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("On the command line that is --team.");
    }

    @Test
    void no_file_is_left_behind_when_no_key_was_made() {
        instance.answering(422, "{'detail':'The scope x is unknown.','code':'unknown_scope'}");
        var result = Session.at(instance, directory)
                .run("keys", "create", "--team", "ext:web", "--secret-file", "deploy.key");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(directory.resolve("deploy.key")).doesNotExist();
    }

    @Test
    void rotating_prints_the_new_secret_alone() {
        instance.answering(201, CREATED);
        var result =
                Session.at(instance, directory).run("keys", "rotate", "key_old", "--grace", "1h", "--end-at-first-use");

        assertThat(result.out()).isEqualTo("shl_live_sk_SECRET\n");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/key_old/rotate");
        assertThat(instance.lastAsked().body())
                .isEqualTo(ApiClient.JSON.readTree("{\"grace\": \"1h\", \"end_at_first_use\": true}"));
    }
}
