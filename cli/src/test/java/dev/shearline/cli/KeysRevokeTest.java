package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        instance.answering(200, "{'id':'key_1','name':'web','last_used_at':'2029-12-01T00:00:00Z'}")
                .answering(200, REVOKED);
        var result = Session.at(instance, directory).atTerminal().typing("y\n").run("keys", "revoke", "key_1");

        assertThat(result.err()).contains("key_1 \"web\", last used 31d ago").contains("revoke it for good? [y/N]");
        assertThat(result.out()).startsWith("Revoked key_1");
    }

    @Test
    void the_name_of_a_key_in_use_has_to_be_typed() {
        var inUse = "{'id':'key_1','name':'web','last_used_at':'2029-12-31T23:55:00Z'}";
        instance.answering(200, inUse).answering(200, inUse).answering(200, REVOKED);
        var yes = Session.at(instance, directory).atTerminal().typing("y\n").run("keys", "revoke", "key_1");
        assertThat(yes.exitCode()).isEqualTo(1);
        assertThat(yes.err()).contains("Type web to revoke it for good:").contains("Nothing was done.");
        assertThat(instance.asked()).hasSize(1);

        var name = Session.at(instance, directory).atTerminal().typing("web\n").run("keys", "revoke", "key_1");
        assertThat(name.out()).startsWith("Revoked key_1");
    }

    @Test
    void confirm_takes_the_place_of_typing_and_must_be_right() {
        var key = "{'id':'key_1','name':'web','last_used_at':null}";
        instance.answering(200, key).answering(200, key).answering(200, REVOKED);
        var wrong = Session.at(instance, directory).run("keys", "revoke", "key_1", "--confirm", "app");
        assertThat(wrong.exitCode()).isEqualTo(6);
        assertThat(wrong.err()).contains("it is \"web\"").contains("Nothing was done.");
        assertThat(instance.asked()).hasSize(1);

        var right = Session.at(instance, directory).run("keys", "revoke", "key_1", "--confirm", "web");
        assertThat(right.exitCode()).as(right.err()).isZero();
        assertThat(right.out()).startsWith("Revoked key_1");
    }

    @Test
    void whoever_does_not_say_yes_revokes_nothing() {
        instance.answering(200, "{'id':'key_1','name':'web'}");
        var result = Session.at(instance, directory).atTerminal().typing("\n").run("keys", "revoke", "key_1");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(instance.asked()).hasSize(1);
    }

    @Test
    void a_pipeline_is_not_asked_though_it_has_a_terminal() {
        var result =
                Session.at(instance, directory).atTerminal().with("CI", "true").run("keys", "revoke", "key_1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().replaceAll("\\s+", " "))
                .contains("no terminal to ask at")
                .contains("Add --yes");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void where_takes_all_that_match_and_confirm_says_how_many() {
        var two = "{'items':[{'id':'key_1','name':'a'},{'id':'key_2','name':'b'}],'next_cursor':null}";
        instance.answering(200, two).answering(200, two).answering(200, REVOKED).answering(200, REVOKED);
        var session = Session.at(instance, directory);
        var filter = "status=expired&organization=ext:acme";

        assertThat(session.run("keys", "revoke", "--where", filter).exitCode()).isEqualTo(2);
        assertThat(instance.asked()).isEmpty();
        var more = session.run("keys", "revoke", "--where", filter, "--confirm", "3");
        assertThat(more.exitCode()).isEqualTo(6);
        assertThat(instance.lastAsked().target())
                .isEqualTo("/v1/keys?status=expired&organization=ext%3Aacme&limit=100");
        var result = session.run("keys", "revoke", "--where", filter, "--confirm", "2");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(instance.asked())
                .extracting(FakeInstance.Asked::target)
                .endsWith("/v1/keys/key_1/revoke", "/v1/keys/key_2/revoke");
    }

    @Test
    void a_dry_run_shows_the_keys_and_changes_nothing() {
        instance.answering(200, "{'items':[{'id':'key_1','name':'a','status':'expired'}],'next_cursor':null}");
        var result = Session.at(instance, directory).run("keys", "disable", "--where", "status=expired", "--dry-run");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("key_1");
        assertThat(result.err()).contains("would disable 1 key; nothing was changed");
        assertThat(instance.asked())
                .hasSize(1)
                .first()
                .extracting(FakeInstance.Asked::method)
                .isEqualTo("GET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "colour=red", "status", "status=", "status=expired&status=active"})
    void a_filter_that_is_none_is_refused(String filter) {
        var result = Session.at(instance, directory).run("keys", "revoke", "--yes", "--where", filter);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--where");
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void ids_or_a_filter_but_not_both_and_not_neither() {
        var session = Session.at(instance, directory);

        assertThat(session.run("keys", "revoke", "--yes").err())
                .contains("Which keys?")
                .contains("--where");
        assertThat(session.run("keys", "revoke", "--yes", "key_1", "--where", "status=expired")
                        .err())
                .contains("either");
        assertThat(instance.asked()).isEmpty();
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
