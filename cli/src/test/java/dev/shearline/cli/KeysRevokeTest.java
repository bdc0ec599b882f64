package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysRevokeTest {
    private static final String REVOKED = "{'id':'key_1','name':'web','propagation':"
            + "{'nodes':3,'acknowledged':3,'fenced':0,'pending':0,'complete':true,'took_ms':41}}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void it_says_where_the_key_is_dead_and_since_when() {
        instance.answering(200, REVOKED);
        var result = Session.at(instance, directory).run("keys", "revoke", "key_1", "--reason", "leaked", "--yes");

        assertThat(result.out()).isEqualTo("Revoked key_1 \"web\": dead on 3 of 3 nodes after 41 ms.\n");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/key_1/revoke");
        assertThat(instance.lastAsked().body().path("reason").asString()).isEqualTo("leaked");
    }

    @Test
    void nodes_that_have_not_answered_are_not_passed_over() {
        instance.answering(
                200,
                "{'id':'key_1','name':'web','propagation':{'nodes':3,'acknowledged':1,'fenced':1,'pending':1,"
                        + "'complete':false,'dead_by':'2030-01-01T00:00:12Z','took_ms':2001}}");
        var result = Session.at(instance, directory).run("keys", "revoke", "key_1", "--yes");

        assertThat(result.out())
                .contains("dead on 1 of 3 nodes after 2001 ms, 1 cut off and answering nothing;"
                        + " dead everywhere by 2030-01-01T00:00:12Z at the latest");
    }

    @Test
    void without_a_terminal_there_is_nobody_to_ask() {
        var result = Session.at(instance, directory).run("keys", "revoke", "key_1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("Add --yes");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void at_a_terminal_it_names_the_key_and_asks() {
        instance.answering(200, "{'id':'key_1','name':'web','last_used_at':'2029-12-31T23:55:00Z'}")
                .answering(200, REVOKED);
        var result = Session.at(instance, directory).atTerminal().typing("y\n").run("keys", "revoke", "key_1");

        assertThat(result.err()).contains("key_1 \"web\", last used 5m ago").contains("[y/N]");
        assertThat(result.out()).startsWith("Revoked key_1");
    }

    @Test
    void whoever_does_not_say_yes_revokes_nothing() {
        instance.answering(200, "{'id':'key_1','name':'web'}");
        var result = Session.at(instance, directory).atTerminal().typing("\n").run("keys", "revoke", "key_1");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(instance.asked()).hasSize(1);
    }

    @Test
    void one_key_that_cannot_be_revoked_does_not_keep_the_next_alive() {
        instance.answering(404, "{'detail':'There is no such key.','code':'not_found'}")
                .answering(200, REVOKED);
        var result = Session.at(instance, directory).run("keys", "revoke", "key_0", "key_1", "--yes");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("key_0: There is no such key.");
        assertThat(result.out()).contains("Revoked key_1");
    }
}
