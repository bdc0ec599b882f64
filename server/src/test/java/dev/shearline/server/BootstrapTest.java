package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.keys.IssuedKey;
import dev.shearline.server.secrets.SecretsException;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.TestSchema;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first operator key, and the way back in. */
@Tag("storage")
class BootstrapTest {

    private static final Bootstrap.Wanted EVERYTHING =
            new Bootstrap.Wanted("first operator", List.of("*"), Optional.empty(), Optional.empty());

    @TempDir
    Path directory;

    private TestSchema schema;
    private NodeSettings settings;

    @BeforeEach
    void makeSchema() {
        schema = TestSchema.create();
        settings = new NodeSettings(schema, directory);
    }

    @Test
    void the_first_key_is_recorded_numbered_and_works() {
        var made = make(EVERYTHING, false);

        assertThat(schema.query(
                        "SELECT count(*) FROM audit_event WHERE action = 'key.created' AND target = ?"
                                + " AND actor = 'job_bootstrap'",
                        made.key().id().toString()))
                .isEqualTo("1");
        assertThat(schema.query(
                        "SELECT epoch IS NOT NULL FROM feed_entry WHERE target = ?",
                        made.key().id().toString()))
                .isEqualTo("t");
        assertThat(schema.query("SELECT count(*) FROM node"))
                .as("it was no node")
                .isEqualTo("0");
        try (var server = Server.start(settings.parse())) {
            Eventually.isTrue("the node is ready", server::isReady);
            new Api(
                            URI.create("http://127.0.0.1:" + server.port()),
                            made.secret().secret())
                    .get("/v1/keys/self")
                    .expect(200);
        }
    }

    @Test
    void a_running_node_takes_it_without_a_restart() {
        try (var server = Server.start(settings.parse())) {
            Eventually.isTrue("the node is ready", server::isReady);
            assertThat(server.hasOperatorKey()).isFalse();
            var secret = make(EVERYTHING, false).secret().secret();
            assertThat(server.hasOperatorKey()).isTrue();
            var api = new Api(URI.create("http://127.0.0.1:" + server.port()), secret);
            Eventually.isTrue(
                    "a hot route knows it",
                    () -> api.postRaw("/v1/keys/verify", "{\"key\":\"nothing\"}")
                                    .status()
                            == 200);
        }
    }

    @Test
    void there_is_a_first_one_once_and_another_only_when_asked_for() {
        var first = make(EVERYTHING, false);

        assertThat(outcome(EVERYTHING, false))
                .isInstanceOfSatisfying(
                        Bootstrap.Outcome.OperatorKeysExist.class,
                        exist -> assertThat(exist.keys())
                                .singleElement()
                                .satisfies(key -> assertThat(key.id())
                                        .isEqualTo(first.key().id())));
        assertThat(make(EVERYTHING, true).key().id()).isNotEqualTo(first.key().id());
    }

    @Test
    void keys_that_are_over_are_in_nobodys_way() {
        var first = make(EVERYTHING, false);
        schema.execute(
                "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = ?",
                first.key().id().toString());

        assertThat(outcome(EVERYTHING, false)).isInstanceOf(Bootstrap.Outcome.Made.class);
    }

    @Test
    void two_at_the_same_time_make_one() throws Exception {
        var started = new ArrayList<Callable<Bootstrap.Outcome>>();
        for (int i = 0; i < 2; i++) {
            started.add(() -> outcome(EVERYTHING, false));
        }
        try (var threads = Executors.newFixedThreadPool(2)) {
            var outcomes = new ArrayList<Bootstrap.Outcome>();
            for (var future : threads.invokeAll(started)) {
                outcomes.add(future.get());
            }
            assertThat(outcomes)
                    .hasAtLeastOneElementOfType(Bootstrap.Outcome.Made.class)
                    .hasAtLeastOneElementOfType(Bootstrap.Outcome.OperatorKeysExist.class);
        }
    }

    @Test
    void a_scope_that_nobody_has_defined_is_refused() {
        assertThatThrownBy(() -> outcome(
                        new Bootstrap.Wanted("x", List.of("nothing:here"), Optional.empty(), Optional.empty()), false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("nothing:here");
    }

    @Test
    void it_refuses_what_a_server_refuses() throws Exception {
        schema.execute("UPDATE schema_compatibility SET min_version = 1000");
        assertThatThrownBy(() -> outcome(EVERYTHING, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("update this node");

        Files.delete(directory.resolve("instance.keys"));
        assertThatThrownBy(() -> outcome(EVERYTHING, false))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("cannot be read");
    }

    private IssuedKey make(Bootstrap.Wanted wanted, boolean again) {
        return switch (outcome(wanted, again)) {
            case Bootstrap.Outcome.Made(var made) -> made.value();
            case Bootstrap.Outcome.OperatorKeysExist(var keys) -> throw new AssertionError("there are " + keys);
        };
    }

    private Bootstrap.Outcome outcome(Bootstrap.Wanted wanted, boolean again) {
        try (var bootstrap = Bootstrap.open(settings.parse())) {
            return bootstrap.makeOperatorKey(wanted, again);
        }
    }
}
