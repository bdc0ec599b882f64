package dev.shearline.server.doctor;

import dev.shearline.server.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Whether Valkey can be reached. Nodes run without it, so that it cannot is no failure. */
final class ValkeyCheck {

    static final String WHAT = "valkey";
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(2);

    private ValkeyCheck() {}

    static Finding look(Settings.Valkey valkey, Settings.WithoutValkey without) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(valkey.host(), valkey.port()), (int) CONNECT_WAIT.toMillis());
            return Finding.ok(WHAT, "something listens at " + valkey);
        } catch (IOException e) {
            return Finding.warn(
                    WHAT,
                    valkey + " cannot be reached: rate limits are " + without.meaning(),
                    "start it, or leave valkey-url out: each node then has limits of its own");
        }
    }
}
