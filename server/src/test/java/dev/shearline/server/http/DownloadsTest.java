package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Scope;
import dev.shearline.server.testing.Eventually;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What long bodies may take from others, and for how long their readers may have them. */
@Timeout(120)
class DownloadsTest {

    private static final String TYPE = "application/x-ndjson";
    private static final String CREDENTIAL = "audit:read keys:read";
    private static final String KNOWN = "Authorization: Bearer " + CREDENTIAL + "\r\n";
    private static final String NOBODY = "";
    private static final String END = "\r\n0\r\n\r\n";

    private final CountDownLatch begun = new CountDownLatch(HttpLimits.BLOCKING_REQUESTS_MAX);
    private final CountDownLatch more = new CountDownLatch(1);
    private final AtomicBoolean cutOff = new AtomicBoolean();

    @Test
    void a_body_that_leaves_takes_no_place_of_a_request_that_is_soon_answered() throws Exception {
        int many = HttpLimits.BLOCKING_REQUESTS_MAX;
        var readers = new ArrayList<Socket>();
        try (var listener = listener(new Downloads(many, many, HttpLimits.DOWNLOAD_TIME_MAX))) {
            for (int i = 0; i < many; i++) {
                readers.add(reader(listener, "/held", KNOWN));
            }
            begun.await();
            assertThat(listener.get("/soon").statusCode()).isEqualTo(204);
            more.countDown();
        } finally {
            for (var reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void nobody_has_more_bodies_under_way_than_its_share_and_others_still_get_theirs() throws Exception {
        try (var listener = listener(new Downloads(2, 1, HttpLimits.DOWNLOAD_TIME_MAX));
                var mine = reader(listener, "/held", KNOWN)) {
            assertThat(readUntil(mine, "first")).contains(" 200 ");
            assertThatItIsOverloaded(listener, KNOWN);
            try (var anothers = reader(listener, "/held", NOBODY)) {
                assertThat(readUntil(anothers, "first")).contains(" 200 ");
            }
            more.countDown();
            assertThat(readUntil(mine, END)).contains("second");
            assertThatThereIsRoomAgain(listener);
        }
    }

    @Test
    void a_node_has_room_for_so_many_and_a_slow_reader_keeps_its_own() throws Exception {
        try (var listener = listener(new Downloads(1, 1, HttpLimits.DOWNLOAD_TIME_MAX))) {
            try (var slow = reader(listener, "/endless", KNOWN)) {
                assertThat(readUntil(slow, "x")).contains(" 200 ");
                assertThatItIsOverloaded(listener, NOBODY);
                assertThat(listener.get("/soon").statusCode()).isEqualTo(204);
            }
            Eventually.isTrue("its reader has gone", cutOff::get);
            more.countDown();
            assertThatThereIsRoomAgain(listener);
        }
    }

    @Test
    void a_body_whose_time_is_over_has_no_end() throws Exception {
        try (var listener = listener(new Downloads(1, 1, Duration.ofMillis(200)));
                var quick = reader(listener, "/trickle", KNOWN)) {
            assertThat(rest(quick)).contains(" 200 ").doesNotEndWith(END);
        }
        assertThat(cutOff).isTrue();
    }

    @Test
    void a_reader_that_has_stopped_reading_does_not_get_more_time() throws Exception {
        long before = System.nanoTime();
        try (var listener = listener(new Downloads(1, 1, Duration.ofMillis(200)));
                var _ = reader(listener, "/endless", KNOWN)) {
            Eventually.isTrue("it is cut off", cutOff::get);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(HttpLimits.PART_TIME_MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoked", "audit:read"})
    void a_credential_that_is_worth_less_while_a_body_leaves_gets_no_more_of_it(String worth) throws Exception {
        try (var listener = listener(new Downloads(1, 1, HttpLimits.DOWNLOAD_TIME_MAX));
                var reader = reader(listener, "/held", KNOWN)) {
            readUntil(reader, "first");
            listener.exchange(CREDENTIAL, worth);
            more.countDown();
            assertThat(rest(reader)).doesNotContain("second").doesNotEndWith(END);
        }
    }

    @Test
    void a_credential_that_is_worth_more_meanwhile_gets_the_whole_body() throws Exception {
        try (var listener = listener(new Downloads(1, 1, HttpLimits.DOWNLOAD_TIME_MAX));
                var reader = reader(listener, "/held", KNOWN)) {
            readUntil(reader, "first");
            listener.exchange(CREDENTIAL, "audit:read keys:read keys:write");
            more.countDown();
            assertThat(readUntil(reader, END)).contains("second");
        }
    }

    private TestListener listener(Downloads downloads) {
        return TestListener.withRoomFor(downloads, routes -> {
            routes.get("/soon", _ -> Response.noContent());
            routes.get("/held", this::held);
            routes.get("/endless", endless(Buffer.buffer("x".repeat(64 * 1024))));
            routes.get("/trickle", endless(Buffer.buffer("x")));
        });
    }

    private Response held(Request request) {
        knowing(request);
        return Response.streamed(TYPE, sink -> {
            sink.write(Buffer.buffer("first\n"));
            begun.countDown();
            await(more);
            sink.write(Buffer.buffer("second\n"));
        });
    }

    private BlockingHandler endless(Buffer part) {
        return request -> {
            knowing(request);
            return Response.streamed(TYPE, sink -> writeForever(sink, part));
        };
    }

    private void writeForever(BodySink sink, Buffer part) {
        try {
            while (true) {
                sink.write(part);
            }
        } finally {
            cutOff.set(true);
        }
    }

    private static void knowing(Request request) {
        if (request.credential().isPresent()) {
            request.require(Scope.AUDIT_READ);
        }
    }

    private static void assertThatItIsOverloaded(TestListener listener, String credential) throws IOException {
        try (var socket = reader(listener, "/held", credential + "Connection: close\r\n")) {
            assertThat(rest(socket)).startsWith("HTTP/1.1 503 ").contains("\"code\":\"overloaded\"");
        }
    }

    private static void assertThatThereIsRoomAgain(TestListener listener) {
        Eventually.isTrue("there is room again", () -> listener.get("/held").statusCode() == 200);
    }

    private static Socket reader(TestListener listener, String path, String headers) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String readUntil(Socket socket, String text) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("it goes on after " + read).isNotNegative();
            read.append((char) next);
        }
        return read.toString();
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
