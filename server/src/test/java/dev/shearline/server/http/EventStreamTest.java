package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.identity.Scope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventStreamTest {

    private static final ServerSentEvent TICK = new ServerSentEvent("change", Optional.of("7-ab"), "{\"epoch\":7}");

    private final BlockingQueue<EventStream> opened = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final TestListener listener = new TestListener(routes -> routes.stream("/v1/changes", (request, stream) -> {
        request.require(Scope.KEYS_VERIFY);
        stream.onClose(closed::countDown);
        stream.send(new ServerSentEvent("hello", Optional.empty(), "first"));
        opened.add(stream);
    }));

    @AfterEach
    void stop() {
        listener.close();
    }

    @Test
    void events_arrive_in_order_and_the_stream_ends_when_it_is_closed() throws Exception {
        var response = open();
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        var stream = opened.take();
        for (int i = 0; i < 100; i++) {
            assertThat(stream.send(new ServerSentEvent("change", Optional.of(i + "-ab"), "" + i)))
                    .isTrue();
        }
        stream.close();
        try (var lines = reader(response.body())) {
            var text = lines.lines().toList();
            assertThat(text)
                    .startsWith(
                            ": open",
                            "",
                            "event: hello",
                            "data: first",
                            "",
                            "event: change",
                            "id: 0-ab",
                            "data: 0",
                            "");
            assertThat(text).endsWith("event: change", "id: 99-ab", "data: 99", "");
        }
        closed.await();
        assertThat(stream.isOpen()).isFalse();
        assertThat(stream.send(TICK)).isFalse();
    }

    @Test
    void a_stream_may_be_closed_by_the_handler_that_opens_it() {
        try (var brief = new TestListener(routes -> routes.stream("/v1/changes", (_, stream) -> {
            stream.send(TICK);
            stream.close();
        }))) {
            assertThat(brief.get("/v1/changes").body())
                    .isEqualTo(": open\n\nevent: change\nid: 7-ab\ndata: {\"epoch\":7}\n\n");
        }
    }

    @Test
    void a_stream_that_is_refused_is_a_problem() {
        var response = listener.get("/v1/changes", "X-API-Key", "keys:read");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(listener.code(response)).isEqualTo("insufficient_scope");
        assertThat(listener.get("/v1/changes").statusCode()).isEqualTo(401);
        assertThat(listener.send(listener.request("/v1/changes").HEAD()).statusCode())
                .isEqualTo(405);
        assertThat(opened).isEmpty();
    }

    @Test
    void the_sender_learns_that_a_client_has_gone() throws Exception {
        try (var socket = connect()) {
            opened.take();
            assertThat(closed.getCount()).isEqualTo(1);
            socket.shutdownOutput();
        }
        closed.await();
    }

    @Test
    void a_client_that_does_not_read_fills_its_backlog_and_no_more() throws Exception {
        try (var socket = connect()) {
            var stream = opened.take();
            var drained = new Semaphore(0);
            stream.onDrain(drained::release);
            var large = new ServerSentEvent("change", Optional.empty(), "x".repeat(16 * 1024));
            // the kernel takes some megabytes off the backlog before nothing moves any more
            do {
                while (stream.send(large)) {
                    assertThat(stream.isOpen()).isTrue();
                }
            } while (drained.tryAcquire(1, TimeUnit.SECONDS));

            Thread.startVirtualThread(() -> readAll(socket));
            drained.acquire();
            assertThat(stream.send(TICK)).isTrue();
        }
        closed.await();
    }

    @Test
    void stopping_ends_every_stream() throws Exception {
        var response = open();
        opened.take();
        listener.stop();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        try (var lines = reader(response.body())) {
            assertThat(lines.lines()).contains("data: first");
        }
    }

    @Test
    void no_event_can_smuggle_another() {
        assertThatThrownBy(() -> new ServerSentEvent("change", Optional.empty(), "a\n\nevent: reset"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private HttpResponse<InputStream> open() throws IOException, InterruptedException {
        var request = listener.request("/v1/changes").header("X-API-Key", "keys:verify");
        return listener.client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        socket.getOutputStream()
                .write("GET /v1/changes HTTP/1.1\r\nHost: x\r\nX-API-Key: *\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void readAll(Socket socket) {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }
}
