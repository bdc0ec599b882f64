package dev.shearline.server.doctor;

import dev.shearline.server.config.HostPort;
import dev.shearline.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Whether a node could listen, or one does already. */
final class PortChecks {

    private static final String API = "API port";
    private static final String MANAGEMENT = "management port";
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(2);
    private static final String LIVE = "\"status\":\"live\"";

    private final Settings settings;

    PortChecks(Settings settings) {
        this.settings = settings;
    }

    List<Finding> look() {
        boolean runs = isNode(settings.managementListen());
        return List.of(look(API, settings.listen(), runs), look(MANAGEMENT, settings.managementListen(), runs));
    }

    private static Finding look(String what, HostPort at, boolean runs) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(at.host(), at.port()));
            return Finding.ok(what, at + " is free");
        } catch (IOException e) {
            return runs
                    ? Finding.ok(what, at + " is held by the node that runs")
                    : Finding.fail(
                            what,
                            at + " cannot be had (" + e.getMessage() + ")",
                            "ss --listening --tcp --numeric --processes 'sport = :" + at.port() + "'");
        }
    }

    /** By its own word: only a node answers so there. */
    private static boolean isNode(HostPort management) {
        try (var client =
                HttpClient.newBuilder().connectTimeout(ANSWER_TIME_MAX).build()) {
            var host = InetAddress.getByName(management.host()).isAnyLocalAddress() ? "127.0.0.1" : management.host();
            var livez = HttpRequest.newBuilder(URI.create("http://" + new HostPort(host, management.port()) + "/livez"))
                    .timeout(ANSWER_TIME_MAX)
                    .build();
            return client.send(livez, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .replace(" ", "")
                    .contains(LIVE);
        } catch (IOException | IllegalArgumentException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
