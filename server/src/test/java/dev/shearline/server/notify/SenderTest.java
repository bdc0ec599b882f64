package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.notify.SendOutcome.Failure;
import dev.shearline.server.testing.Receiver;
import dev.shearline.token.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One attempt, over real sockets. */
class SenderTest {

    private static final Secret SECRET = Signature.drawSecret(new SecureRandom());
    private static final Instant NOW = Instant.parse("2030-01-31T12:00:00Z");
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Vertx vertx = Vertx.vertx();
    private final Receiver receiver = Receiver.start();

    @AfterEach
    void stop() {
        receiver.close();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Outgoing to(String url) {
        return new Outgoing(
                "dlv_1",
                1,
                0,
                NOW,
                new Outgoing.Target("org_1", "whk_1", url),
                "msg_1",
                "{\"a\":\"\u00e4\"}",
                List.of(SECRET));
    }

    private SendOutcome send(String url, String allowed, NameResolution names, Duration timeMax) {
        var networks =
                allowed.isEmpty() ? List.<Cidr>of() : List.of(Cidr.find(allowed).orElseThrow());
        try (var sender = new Sender(
                vertx,
                new HttpClientOptions(),
                new OutboundAddresses(networks),
                names,
                InstantSource.fixed(NOW),
                timeMax)) {
            return sender.send(to(url));
        }
    }

    private SendOutcome send(String url) {
        return send(url, "127.0.0.0/8", NameResolution.OF_SYSTEM, Sender.TIME_MAX);
    }

    private static Failure failure(SendOutcome outcome) {
        return ((SendOutcome.Failed) outcome).why();
    }

    @Test
    void a_message_arrives_signed() {
        assertThat(send(receiver.url("/hooks?a=b"))).isInstanceOf(SendOutcome.Delivered.class);

        var received = receiver.received().getFirst();
        assertThat(received.path()).isEqualTo("/hooks?a=b");
        assertThat(received.body()).isEqualTo("{\"a\":\"\u00e4\"}");
        assertThat(received.headers())
                .containsEntry("webhook-id", "msg_1")
                .containsEntry("webhook-timestamp", Long.toString(NOW.getEpochSecond()))
                .containsEntry("Content-Type", "application/json");
        assertThat(received.isSignedWith(SECRET.reveal())).isTrue();
        assertThat(received.isSignedWith("whsec_" + "b3RoZXI=")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"301,REDIRECT", "308,REDIRECT", "400,STATUS", "404,STATUS", "410,GONE", "500,STATUS", "503,STATUS"})
    void anything_but_2xx_is_a_failure(int status, Failure why) {
        receiver.alwaysSaying(status);

        var outcome = send(receiver.url("/"));

        assertThat(failure(outcome)).isEqualTo(why);
        assertThat(((SendOutcome.Failed) outcome).status()).contains(status);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void whoever_says_nothing_is_waited_for_no_longer_than_the_limit() {
        var answer = receiver.holdBack();

        assertThat(failure(send(receiver.url("/"), "127.0.0.0/8", NameResolution.OF_SYSTEM, SHORT)))
                .isEqualTo(Failure.TIMEOUT);
        answer.countDown();
    }

    @Test
    void nobody_there_is_a_failure() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThat(failure(send("http://127.0.0.1:" + port + "/"))).isEqualTo(Failure.CONNECTION_FAILED);
    }

    @Test
    void who_speaks_no_tls_is_a_failure() {
        assertThat(failure(send("https://127.0.0.1:" + receiver.port() + "/")))
                .isIn(Failure.TLS_FAILED, Failure.CONNECTION_FAILED);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void a_name_that_leads_into_the_private_network_is_not_called() {
        var outcome = send(
                "https://rebind.example:" + receiver.port() + "/",
                "",
                _ -> List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("169.254.169.254")),
                Sender.TIME_MAX);

        assertThat(failure(outcome)).isEqualTo(Failure.ADDRESS_NOT_ALLOWED);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void a_name_that_was_harmless_when_it_was_checked_is_looked_up_once_and_never_again() {
        var asked = new AtomicInteger();
        NameResolution rebinding = _ -> List.of(InetAddress.ofLiteral(
                // harmless the first time, inside the network from then on
                asked.incrementAndGet() == 1 ? "192.0.2.1" : "127.0.0.1"));

        var outcome = send("https://rebind.example:" + receiver.port() + "/", "192.0.2.0/24", rebinding, SHORT);

        assertThat(outcome).isInstanceOf(SendOutcome.Failed.class);
        assertThat(asked).hasValue(1);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void an_address_in_the_clothes_of_ipv6_is_seen_through() throws UnknownHostException {
        var mapped = InetAddress.getByAddress(
                new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, 127, 0, 0, 1});

        assertThat(failure(send("https://mapped.example/", "", _ -> List.of(mapped), SHORT)))
                .isEqualTo(Failure.ADDRESS_NOT_ALLOWED);
    }

    @Test
    void a_name_that_does_not_exist_is_a_failure() {
        NameResolution nowhere = host -> {
            throw new UnknownHostException(host);
        };
        assertThat(failure(send("https://nowhere.example/", "", nowhere, SHORT)))
                .isEqualTo(Failure.UNKNOWN_HOST);
    }

    @Test
    void a_url_that_was_allowed_once_is_not_called_when_it_is_no_more() {
        assertThat(failure(send(receiver.url("/"), "", NameResolution.OF_SYSTEM, SHORT)))
                .isEqualTo(Failure.ADDRESS_NOT_ALLOWED);
        assertThat(receiver.received()).isEmpty();
    }
}
