package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that are too long to hold. */
@Timeout(60)
class StreamedBodyTest {

    private static final String TYPE = "application/x-ndjson";
    private static final int PARTS = 20_000;
    private static final Buffer PART = Buffer.buffer("x".repeat(64 * 1024));

    private final AtomicInteger written = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final TestListener listener = new TestListener(routes -> {
        routes.get(
                "/lines",
                _ -> Response.streamed(TYPE, sink -> {
                    for (int i = 0; i < 1_000; i++) {
                        sink.write(Buffer.buffer(i + "\n"));
                        written.incrementAndGet();
                    }
                }));
        routes.get(
                "/failing",
                _ -> Response.streamed(TYPE, sink -> {
                    sink.write(Buffer.buffer("1\n"));
                    throw new AssertionError("on purpose");
                }));
        routes.get(
                "/endless",
                _ -> Response.streamed(TYPE, sink -> {
                    try {
                        for (int i = 0; i < PARTS; i++) {
                            sink.write(PART);
                            written.incrementAndGet();
                        }
                    } finally {
                        ended.countDown();
                    }
                }));
    });

    @AfterEach
    void stop() {
        listener.close();
    }

    @Test
    void the_parts_arrive_in_order_under_the_usual_headers() {
        var response = listener.get("/lines");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains(TYPE);
        assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.body().lines())
                .hasSize(1_000)
                .startsWith("0", "1", "2")
                .endsWith("999");
    }

    @Test
    void who_asks_for_the_head_alone_gets_it_and_nothing_is_read() {
        var response = listener.send(listener.request("/lines").method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains(TYPE);
        assertThat(written).hasValue(0);
    }

    @Test
    void a_body_that_fails_in_the_middle_has_no_end() {
        assertThatThrownBy(() -> listener.get("/failing")).isInstanceOf(UncheckedIOException.class);
        assertThat(listener.get("/lines").statusCode())
                .as("others are answered")
                .isEqualTo(200);
    }

    @Test
    void a_client_that_goes_ends_the_reading() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            socket.getOutputStream()
                    .write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(1)).hasSize(1);
        }
        ended.await();
        assertThat(written.get()).isLessThan(PARTS);
    }
}
