package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Events;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who remembers answers is told when it can no longer rely on hearing of everything. */
class ChangeStreamLossTest {

    /** More than the sockets between server and client hold, in few entries. */
    private static final int ENTRIES = 4_000;

    private static final int TARGET_CHARACTERS = 4_000;
    private static final String RESET = "event: reset";

    @Test
    void the_streams_of_a_node_that_has_lost_touch_end() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var cluster = Cluster.start(1, Map.of(Setting.FEED_MAX_STALENESS, "2s"));
                var cutOff = cluster.joinThrough(wire)) {
            Eventually.isTrue("it serves", cutOff::isReady);
            try (var there = Events.follow(new Api(Cluster.uri(cutOff), cluster.operator()), "");
                    var here = Events.follow(cluster.api(), "")) {
                there.await("heartbeat", "");
                here.await("heartbeat", "");
                wire.cut();
                Eventually.isTrue("it has ended", there::hasEnded);
                assertThat(here.hasEnded()).isFalse();
            }
        }
    }

    @Test
    void everybody_begins_anew_when_the_node_has_loaded_again() {
        try (var cluster = Cluster.start(1)) {
            var acme = cluster.organization("acme");
            var listener = cluster.issue(acme, "keys:verify").at("secret");
            try (var all = Events.follow(cluster.api(), "");
                    var acmes = Events.follow(cluster.api().as(listener), "")) {
                all.await("heartbeat", "");
                acmes.await("heartbeat", "");
                cluster.schema()
                        .execute("UPDATE feed_entry SET tag = tag # 1 WHERE epoch = (SELECT epoch FROM epoch_counter)");
                all.await("reset", "");
                acmes.await("reset", "");
            }
        }
    }

    @Test
    void a_client_that_reads_too_slowly_loses_what_came_meanwhile_and_is_told_so() throws IOException {
        try (var cluster = Cluster.start(1);
                var socket = new Socket()) {
            var acme = cluster.organization("acme");
            socket.setReceiveBufferSize(4 * 1024);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), cluster.node(0).port()));
            socket.getOutputStream()
                    .write(("GET /v1/changes HTTP/1.1\r\nHost: localhost\r\nX-API-Key: "
                                    + cluster.operator().reveal() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            await(lines, "event: heartbeat");
            cluster.schema()
                    .execute(
                            "INSERT INTO feed_entry (id, kind, target, version)"
                                    + " SELECT gen_random_uuid(), 'plan.changed', repeat('x', ?), 1 FROM generate_series(1, ?)",
                            TARGET_CHARACTERS,
                            ENTRIES);
            var last = cluster.issue(acme, "sessions:read");
            Eventually.isTrue(
                    "all is applied",
                    () -> cluster.api().verify(last.at("secret")).equals("allowed"));
            try (var quick = Events.follow(cluster.api(), "")) {
                quick.await("heartbeat", "");
                // what came before it has been told to everybody, or is lost
                quick.await("change", cluster.issue(acme, "sessions:read").at("id"));
            }
            assertThat(await(lines, RESET)).isLessThan(ENTRIES);
            String next;
            do {
                next = cluster.issue(acme, "sessions:read").at("id");
                // it had come so far before the flood was over, perhaps, and has lost this one too
            } while (!comes(lines, next));
        }
    }

    /** Whether a line with this text comes, and not another reset before it. */
    private static boolean comes(BufferedReader lines, String text) throws IOException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(text) || line.equals(RESET)) {
                return !line.equals(RESET);
            }
        }
        throw new AssertionError("the stream has ended before " + text);
    }

    /** Reads up to a line with this text; how many changes came before it. */
    private static int await(BufferedReader lines, String text) throws IOException {
        int changes = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(text)) {
                return changes;
            }
            changes += line.equals("event: change") ? 1 : 0;
        }
        throw new AssertionError("the stream has ended before " + text);
    }
}
