package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysVerifyTest {
    private static final String ALLOWED =
            "{'valid':true,'code':'allowed','key_id':'key_1','type':'team','scopes':['a:read'],'expires_at':null,"
                    + "'owner':{'type':'team','id':'unit_1','external_id':'web'}}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void a_valid_key_is_described_and_not_spent() {
        instance.answering(200, ALLOWED);
        var result = Session.at(instance, directory)
                .typing("the-key\n")
                .run(
                        "keys",
                        "verify",
                        "--stdin",
                        "--scope",
                        "a:read",
                        "--mode",
                        "live",
                        "--resource",
                        "project/42",
                        "--address",
                        "10.0.0.1");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .isEqualTo("✓ valid key_1: team key of team ext:web, never expires\n  scopes: a:read\n");
        assertThat(instance.lastAsked().body()).isEqualTo(ApiClient.JSON.readTree("""
                                {"key": "the-key", "scopes": ["a:read"], "mode": "live", "resource": "project/42", "address": "10.0.0.1", "probe": true}
                                """));
    }

    @Test
    void an_invalid_key_is_exit_code_10_with_the_reason_in_words() {
        instance.answering(200, "{'valid':false,'code':'revoked','key_id':'key_1'}");
        var result = Session.at(instance, directory)
                .with("SHEARLINE_VERIFY_KEY", "the-key")
                .run("keys", "verify", "--spend");

        assertThat(result.exitCode()).isEqualTo(10);
        assertThat(result.out()).isEqualTo("✗ refused key_1: it was revoked, and will not work again (revoked)\n");
        assertThat(instance.lastAsked().body().path("probe").asBoolean()).isFalse();
    }

    @Test
    void a_key_among_the_arguments_is_taken_with_a_warning() {
        instance.answering(200, ALLOWED);
        var result = Session.at(instance, directory).run("keys", "verify", "the-key");

        assertThat(result.err()).contains("warning").contains("--stdin");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void without_a_key_it_says_where_to_put_one() {
        var result = Session.at(instance, directory).run("keys", "verify");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--stdin").contains("SHEARLINE_VERIFY_KEY");
    }
}
