package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;

class JsonLinesTest {
    private static final String KEY = "shl_live_" + "sk_" + "0".repeat(50);

    private final LoggerContext context = new LoggerContext();
    private final JsonLines lines = new JsonLines();

    @Test
    void a_line_has_a_time_a_level_and_the_pairs_that_were_given() {
        var event = event("it is \"done\"\nand well");
        event.setTimeStamp(1_700_000_000_000L);
        event.addKeyValuePair(new KeyValuePair("status", 200));
        event.addKeyValuePair(new KeyValuePair("ms", 1.5));
        event.addKeyValuePair(new KeyValuePair("sent", false));
        event.addKeyValuePair(new KeyValuePair("route", "/v1/keys/:id"));

        assertThat(text(event)).endsWith("}" + System.lineSeparator());
        assertThat(text(event).lines()).hasSize(1);
        assertThat(written(event)).isEqualTo(ApiClient.JSON.readTree("""
                        {"time":"2023-11-14T22:13:20.000Z","level":"WARN","logger":"dev.shearline.test",
                         "message":"it is \\"done\\"\\nand well","status":200,"ms":1.5,"sent":false,"route":"/v1/keys/:id"}
                        """));
    }

    @Test
    void an_exception_is_written_without_what_it_says() {
        var driver = new SQLException("Key (name)=(hunter2) already exists", "23505");
        var event = event("the write failed");
        event.setThrowableProxy(
                new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("hunter2", driver)));

        assertThat(text(event)).doesNotContain("hunter2");
        var error = written(event).path("error");
        assertThat(error.path("class").asString()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.path("stack").path(0).asString()).contains("JsonLinesTest");
        assertThat(error.path("cause").path("sql_state").asString()).isEqualTo("23505");
        assertThat(error.path("cause").path("class").asString()).isEqualTo("java.sql.SQLException");
    }

    @Test
    void a_chain_of_causes_without_end_has_one() {
        var one = new IllegalStateException();
        for (int i = 0; i < 100; i++) {
            one = new IllegalStateException(one);
        }
        var event = event("deep");
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(one));

        assertThat(text(event).split("\"class\"", -1)).hasSize(JsonLines.CAUSES_MAX + 2);
    }

    @Test
    void keys_and_passwords_are_cut_out_of_messages() {
        assertThat(text(event("cannot reach postgres://app:hunter2@db.example:5432/x with " + KEY)))
                .doesNotContain("hunter2")
                .doesNotContain(KEY)
                .contains("postgres://app:…@db.example:5432/x")
                .contains(KEY.substring(0, 24) + "…");
    }

    private LoggingEvent event(String message) {
        var event = new LoggingEvent();
        event.setLoggerContext(context);
        event.setLoggerName("dev.shearline.test");
        event.setLevel(Level.WARN);
        event.setMessage(message);
        event.setTimeStamp(0);
        return event;
    }

    private String text(LoggingEvent event) {
        return new String(lines.encode(event), StandardCharsets.UTF_8);
    }

    private JsonNode written(LoggingEvent event) {
        return ApiClient.JSON.readTree(text(event));
    }
}
