package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ApiServerTest {

    @Test
    void what_is_under_way_is_answered_before_the_listener_stops() throws Exception {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        try (var listener = new TestListener(routes -> routes.get("/v1/slow", _ -> {
            entered.countDown();
            await(leave);
            return Response.ok(Map.of("done", true));
        }))) {
            int port = listener.port();
            var answer = CompletableFuture.supplyAsync(() -> listener.get("/v1/slow"));
            entered.await();
            var stopped = CompletableFuture.runAsync(listener::stop);
            awaitRefused(port);
            assertThat(stopped).isNotDone();
            leave.countDown();
            assertThat(answer.get().body()).isEqualTo("{\"done\":true}");
            stopped.get();
        }
    }

    @Test
    void idle_connections_do_not_hold_up_a_stop() throws Exception {
        try (var listener = new TestListener(routes -> routes.get("/v1/x", _ -> Response.noContent()));
                var idle = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            idle.getOutputStream().write("GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(idle.getInputStream().read()).isEqualTo('H');
            long before = System.nanoTime();
            listener.stop();
            assertThat(System.nanoTime() - before).isLessThan(HttpLimits.STOP_TIME_MAX.toNanos() / 2);
        }
    }

    @Test
    void an_address_that_is_taken_is_refused_with_its_name() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var listener = new TestListener(_ -> {})) {
            assertThatThrownBy(() -> listener.another(taken.getLocalPort()).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void two_listeners_of_one_process_have_ports_of_their_own() {
        try (var listener = new TestListener(routes -> routes.get("/one", _ -> Response.noContent()))) {
            var other = listener.another(0);
            other.start();
            assertThat(other.port()).isNotEqualTo(listener.port());
            other.stop();
        }
    }

    private static void awaitRefused(int port) {
        while (true) {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(probe.isConnected()).isTrue();
            } catch (IOException refused) {
                return;
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
