package dev.shearline.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A Valkey of its own, or the Redis that Debian has: on a free port, in memory alone, with a password. */
public final class ValkeyProcess implements AutoCloseable {

    private final int port;
    private final String password;
    private Process process;

    private ValkeyProcess(int port, String password) {
        this.port = port;
        this.password = password;
        this.process = begun();
    }

    public static ValkeyProcess start(String password) {
        return new ValkeyProcess(freePort(), password);
    }

    private static int freePort() {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process begun() {
        try {
            return new ProcessBuilder(List.of(
                            "redis-server",
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--requirepass",
                            password,
                            "--save",
                            "",
                            "--appendonly",
                            "no"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server is needed: apt-get install redis-server", e);
        }
    }

    public int port() {
        return port;
    }

    /** It forgets everything. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public void startAgain() {
        process = begun();
    }

    public void awaitReady() {
        Eventually.isTrue("Valkey answers", () -> {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** What it says to these commands, first to the password. */
    public String say(String... commands) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var lines = "AUTH " + password + "\r\n" + String.join("\r\n", commands) + "\r\nQUIT\r\n";
            socket.getOutputStream().write(lines.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
