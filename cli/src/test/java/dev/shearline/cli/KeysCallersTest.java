package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCallersTest {
    private static final String CALLERS =
            "{'items':[{'address':'203.0.113.7','route':'POST /deployments','user_agent':'curl/8.5','count':12,"
                    + "'last_at':'2029-12-31T23:55:00.000Z'}],'other':1200}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void those_who_use_a_key_are_shown_and_the_others_added_up() {
        instance.answering(200, CALLERS);
        var result = Session.at(instance, directory).run("keys", "callers", "key_3Fq0aZ81bQxR");

        assertThat(result.out()).isEqualTo("""
                        ADDRESS      ROUTE              USER AGENT  COUNT  LAST
                        203.0.113.7  POST /deployments  curl/8.5    12     5m ago
                        """);
        assertThat(result.err()).contains("Others came 1,200 times.");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/key_3Fq0aZ81bQxR/callers");
    }

    @Test
    void csv_and_json_are_for_programs() {
        instance.answering(200, CALLERS).answering(200, CALLERS);
        var session = Session.at(instance, directory);

        assertThat(session.run("keys", "callers", "key_3Fq0aZ81bQxR", "--output", "csv")
                        .out())
                .isEqualTo("""
                        address,route,user_agent,count,last_at
                        203.0.113.7,POST /deployments,curl/8.5,12,2029-12-31T23:55:00.000Z
                        """);
        assertThat(session.run("keys", "callers", "key_3Fq0aZ81bQxR", "--from", "x", "--output", "json")
                        .out()
                        .strip())
                .isEqualTo(CALLERS.replace('\'', '"'));
        assertThat(instance.lastAsked().target()).endsWith("?from=x");
    }
}
