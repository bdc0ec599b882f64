package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysListTest {
    private static final String LONG_NAME =
            "a name that goes on and on until it has used up every one of its 100 characters";
    private static final String TWO_KEYS =
            "{'items':[{'id':'key_3Fq0aZ81bQxR','name':'%s','type':'ephemeral','status':'expiring',"
                            .formatted(LONG_NAME)
                    + "'last_used_at':'2029-12-31T23:55:00Z','expires_at':'2030-01-11T00:00:00Z'},"
                    + "{'id':'key_000000000002','name':'b\\u001b[31m\\u202e','type':'team','status':'revoked',"
                    + "'last_used_at':null,'expires_at':null}],'next_cursor':%s}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void a_table_fits_80_columns_and_says_everything_without_colour() {
        instance.answering(200, TWO_KEYS.formatted("null"));
        var result = Session.at(instance, directory).run("keys", "list");

        assertThat(result.out()).isEqualTo("""
                        ID                NAME                 TYPE       STATUS      LAST USED  EXPIRES
                        key_3Fq0aZ81bQxR  a name that goes o…  ephemeral  ◔ expiring  5m ago     in 10d
                        key_000000000002  b\ufffd[31m\ufffd              team       ✗ revoked   never      never
                        """);
        assertThat(result.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void colour_is_for_terminals_that_want_it() {
        var coloured = "\u001b[31m✗ revoked\u001b[0m";
        instance.answering(200, TWO_KEYS.formatted("null"))
                .answering(200, TWO_KEYS.formatted("null"))
                .answering(200, TWO_KEYS.formatted("null"))
                .answering(200, TWO_KEYS.formatted("null"));
        var terminal = Session.at(instance, directory).atTerminal().with("TERM", "xterm-256color");

        assertThat(terminal.run("keys", "list").out()).contains(coloured);
        assertThat(terminal.with("TERM", "dumb").run("keys", "list").out()).doesNotContain("\u001b");
        assertThat(terminal.with("TERM", "xterm")
                        .with("NO_COLOR", "")
                        .run("keys", "list")
                        .out())
                .doesNotContain("\u001b");
        assertThat(Session.at(instance, directory)
                        .with("TERM", "xterm")
                        .run("keys", "list")
                        .out())
                .doesNotContain("\u001b");
    }

    @Test
    void filters_go_by_their_names_on_the_wire() {
        instance.answering(200, "{'items':[],'next_cursor':null}");
        var result = Session.at(instance, directory)
                .run(
                        "keys",
                        "list",
                        "--type",
                        "team",
                        "--organization",
                        "ext:acme",
                        "--owner",
                        "ext:a|b",
                        "--unit",
                        "u",
                        "--status",
                        "expiring",
                        "--scope",
                        "a:read",
                        "--expires-within",
                        "14d",
                        "--unused-for",
                        "30d",
                        "-q",
                        "de ploy",
                        "--limit",
                        "5");

        assertThat(instance.lastAsked().target())
                .isEqualTo("/v1/keys?type=team&organization=ext%3Aacme&owner=ext%3Aa%7Cb&unit=u&status=expiring"
                        + "&scope=a%3Aread&expires_within=14d&unused_for=30d&q=de%20ploy&limit=5");
        assertThat(result.err()).isEqualTo("No key matches.\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void one_page_says_that_there_are_more_and_all_follows_the_cursor() {
        instance.answering(200, TWO_KEYS.formatted("'next'"));
        assertThat(Session.at(instance, directory).run("keys", "list").err()).contains("--all");

        instance.answering(200, TWO_KEYS.formatted("'next'")).answering(200, TWO_KEYS.formatted("null"));
        var all = Session.at(instance, directory).run("keys", "list", "--all", "-o", "json");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys?limit=100&cursor=next");
        assertThat(ApiClient.JSON.readTree(all.out()).path("items")).hasSize(4);
    }

    @Test
    void a_key_is_shown_with_what_is_known_of_it() {
        instance.answering(
                200,
                "{'id':'key_1','name':'web','type':'team','status':'active','prefix':'shl_live_sk_3Fq0','last_four':'x9Kp',"
                        + "'owner':{'type':'team','id':'unit_1','external_id':'web'},'scopes':['a:read','b:read'],"
                        + "'expires_at':'2030-01-11T00:00:00Z','metadata':{}}");
        var result = Session.at(instance, directory).run("keys", "get", "key_1");

        assertThat(result.out()).isEqualTo("""
                        Name          web
                        Id            key_1
                        Key           shl_live_sk_3Fq0…x9Kp
                        Status        ● active
                        Type          team
                        Owner         team ext:web
                        Scopes        a:read, b:read
                        Expires       2030-01-11T00:00:00Z (in 10d)
                        Last used     never
                        """);
    }
}
