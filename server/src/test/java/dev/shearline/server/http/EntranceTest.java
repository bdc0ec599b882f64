package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import io.vertx.core.MultiMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntranceTest {

    private static final HostNames HERE = HostNames.of("127.0.0.1", "keys.example.com", List.of("other.example.com"));
    private static final HostNames AFAR = HostNames.of("0.0.0.0", "keys.example.com", List.of("[2001:db8::7]"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys.example.com",
                "Keys.Example.COM:443",
                "other.example.com:1",
                "localhost:8080",
                "127.0.0.1",
                "[::1]:8080"
            })
    void these_names_are_its_own(String host) {
        assertThat(HERE.contain(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "keys.example.com.",
                "keys.example.com.evil.example",
                "evil.example",
                "keys.example.com:80@evil.example",
                "127.0.0.1.evil.example",
                "sub.keys.example.com",
                "127.0.0.2",
                "[::1"
            })
    void these_are_not(String host) {
        assertThat(HERE.contain(host)).isFalse();
    }

    @Test
    void names_of_this_machine_are_its_own_only_where_it_listens_there() {
        assertThat(AFAR.contain("localhost:8080")).isFalse();
        assertThat(AFAR.contain("127.0.0.1")).isFalse();
        assertThat(AFAR.contain("[2001:DB8::7]:443")).isTrue();
    }

    @Test
    void a_request_for_another_host_is_misdirected() {
        var entrance = TestListener.trustingLoopback(HERE, Transport.PLAIN);
        try (var listener = listener(entrance)) {
            assertThat(listener.get("/v1/x").statusCode()).isEqualTo(204);
            var answer = listener.raw("GET /v1/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 421 ").contains("\"code\":\"misdirected_request\"");
            assertThat(answer).doesNotContain("evil.example").doesNotContain("keys.example.com");
        }
    }

    /** What one of two readers sees is not what the other one sees. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/x HTTP/1.1\r\nHost: keys.example.com\r\nHost: evil.example\r\n",
                "GET /v1/x HTTP/1.1\r\nHost: keys.example.com\r\nhost: keys.example.com\r\n",
                "GET http://evil.example/v1/x HTTP/1.1\r\nHost: keys.example.com\r\n",
                "GET http://evil.example HTTP/1.1\r\nHost: keys.example.com\r\n",
                "GET http://keys.example.com@evil.example/v1/x HTTP/1.1\r\nHost: keys.example.com\r\n",
                "GET http://keys.example.com:81/v1/x HTTP/1.1\r\nHost: keys.example.com\r\n",
                "GET http://keys.example.com/v1/x HTTP/1.1\r\nHost: evil.example\r\n"
            })
    void a_request_that_names_two_hosts_is_malformed(String head) {
        try (var listener = listener(TestListener.trustingLoopback(HERE, Transport.PLAIN))) {
            var answer = listener.raw(head + "Connection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"code\":\"malformed_request\"");
            assertThat(answer).contains("Host").doesNotContain("evil.example");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/x", "http://keys.example.com/v1/x", "http://KEYS.example.com/v1/x"})
    void a_request_line_may_name_the_host_again(String target) {
        try (var listener = listener(TestListener.trustingLoopback(HERE, Transport.PLAIN))) {
            assertThat(
                            listener.raw(
                                    "GET " + target
                                            + " HTTP/1.1\r\nHost: keys.example.com\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 204 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https, 204",
        "HTTPS, 204",
        "'https, https', 204",
        "http, 403",
        "'https, http', 403",
        "'http, https', 403"
    })
    void a_proxy_is_believed_when_it_says_that_the_caller_used_tls(String said, int status) {
        try (var listener = listener(TestListener.trustingLoopback(HERE, Transport.PLAIN))) {
            var answer = listener.get("/v1/x", "X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", said);
            assertThat(answer.statusCode()).isEqualTo(status);
        }
    }

    @Test
    void a_proxy_that_does_not_say_so_is_told_what_to_say() {
        try (var listener = listener(TestListener.trustingLoopback(HERE, Transport.PLAIN))) {
            var answer = listener.get("/v1/x", "X-Forwarded-For", "203.0.113.9");
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(listener.code(answer)).isEqualTo("https_required");
            assertThat(listener.json(answer).path("detail").asString()).contains("X-Forwarded-Proto: https");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // transport | peer | X-Forwarded-For | X-Forwarded-Proto | let in
                "PLAIN | 127.0.0.1    |             |       | true",
                "PLAIN | ::1          |             |       | true",
                "PLAIN | 203.0.113.9  |             |       | false",
                "PLAIN | 203.0.113.9  |             | https | false",
                "PLAIN | 203.0.113.9  | 127.0.0.1   | https | false",
                "PLAIN | 10.0.0.1     |             |       | false",
                "PLAIN | 10.0.0.1     | 127.0.0.1   |       | false",
                "PLAIN | 10.0.0.1     | 203.0.113.9 | https | true",
                "PLAIN | 10.0.0.1     | 203.0.113.9 | http  | false",
                "TLS   | 203.0.113.9  |             |       | true",
                "TLS   | 203.0.113.9  |             | http  | true",
                "TLS   | 10.0.0.1     | 203.0.113.9 |       | true",
                "TLS   | 10.0.0.1     | 203.0.113.9 | http  | false",
                "UNCHECKED | 203.0.113.9 |          |       | true"
            })
    void in_the_clear_only_this_machine_itself_is_answered(
            Transport transport, String peer, String forwardedFor, String forwardedProto, boolean letIn) {
        var proxies = new TrustedProxies(List.of(Cidr.find("10.0.0.0/8").orElseThrow()));
        var headers = MultiMap.caseInsensitiveMultiMap();
        if (forwardedFor != null) {
            headers.add("X-Forwarded-For", forwardedFor);
        }
        if (forwardedProto != null) {
            headers.add("X-Forwarded-Proto", forwardedProto);
        }
        var entrance = new Entrance(HERE, proxies, transport);
        assertThat(entrance.isConfidential(IpAddress.find(peer).orElseThrow(), headers))
                .isEqualTo(letIn);
    }

    private static TestListener listener(Entrance entrance) {
        return new TestListener(routes -> routes.get("/v1/x", _ -> Response.noContent()), entrance, List.of());
    }
}
