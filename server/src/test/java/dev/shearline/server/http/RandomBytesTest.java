package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests with bytes exchanged, lost, doubled and made up: each is answered or cut off, none is an error of ours. */
class RandomBytesTest {

    private static final int REQUESTS = 1_500;
    private static final int CHANGES_MAX = 6;
    private static final int SPAN_MAX = 40;
    private static final int ANSWER_LIMIT_MS = 60_000;
    private static final long SEED = 4;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    /** Vert.x itself says so of a request whose version of HTTP is neither 1.0 nor 1.1, and reads no further. */
    private static final String OTHER_VERSION = "501";

    private static Cluster cluster;

    private final Random random = new Random(SEED);

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void every_request_is_answered_or_cut_off_and_the_node_goes_on() throws IOException {
        int answered = 0;
        for (int i = 0; i < REQUESTS; i++) {
            var request = mutated(valid(i));
            var statuses = STATUS.matcher(send(request)).results().toList();
            answered += statuses.isEmpty() ? 0 : 1;
            assertThat(statuses)
                    .as("request %d of seed %d: %s", i, SEED, new String(request, StandardCharsets.ISO_8859_1))
                    .allMatch(status ->
                            status.group(1).charAt(0) != '5' || status.group(1).equals(OTHER_VERSION));
        }
        assertThat(answered).isGreaterThan(REQUESTS / 2);
        assertThat(cluster.api().verify("x")).isEqualTo("not_found");
    }

    private byte[] valid(int number) {
        var operator = cluster.operator().reveal();
        var body = "{\"key\":\"" + operator + "\",\"scopes\":[\"keys:read\"],\"probe\":true}";
        var head = "Host: 127.0.0.1\r\nAuthorization: Bearer " + operator + "\r\nContent-Type: application/json\r\n";
        var requests = List.of(
                "POST /v1/keys/verify HTTP/1.1\r\n" + head + "Content-Length: " + body.length() + "\r\n\r\n" + body,
                "GET /v1/keys?limit=2&q=bot&status=active HTTP/1.1\r\n" + head + "\r\n",
                "POST /v1/keys/verify HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
        return requests.get(number % requests.size()).getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] mutated(byte[] valid) {
        if (random.nextInt(10) == 0) {
            var noise = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(noise);
            return noise;
        }
        var bytes = valid;
        for (int changes = 1 + random.nextInt(CHANGES_MAX); changes > 0 && bytes.length > 0; changes--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes) {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(SPAN_MAX));
        var changed = new ByteArrayOutputStream();
        changed.write(bytes, 0, from);
        switch (random.nextInt(4)) {
            case 0 -> changed.write(bytes, to, bytes.length - to);
            case 1 -> {
                changed.write(bytes, from, to - from);
                changed.write(bytes, from, bytes.length - from);
            }
            case 2 -> {
                changed.write(random.nextInt(256));
                changed.write(bytes, from + 1, bytes.length - from - 1);
            }
            default -> {
                changed.write(random.nextInt(256));
                changed.write(bytes, from, bytes.length - from);
            }
        }
        return changed.toByteArray();
    }

    /** What comes back until the connection is closed. */
    private static String send(byte[] request) throws IOException {
        var answer = new ByteArrayOutputStream();
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), cluster.node(0).port())) {
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(answer);
        } catch (SocketException e) {
            // cut off while it was being sent
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }
}
