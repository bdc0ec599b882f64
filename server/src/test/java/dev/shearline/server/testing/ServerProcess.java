package dev.shearline.server.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.shearline.server.Server;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.identity.ScopeSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** A server in a process of its own, which a test can kill. */
public final class ServerProcess implements AutoCloseable {

    private static final String READY = "= ";

    private final Process process;
    private final Api api;

    private ServerProcess(Process process, Api api) {
        this.process = process;
        this.api = api;
    }

    /** Returns when it may answer. */
    public static ServerProcess start(NodeSettings settings) {
        var command = new ArrayList<>(ChildJvm.command(ServerProcess.class));
        for (var setting : Setting.values()) {
            if (!settings.get(setting).isEmpty()) {
                command.add(setting.name() + "=" + settings.get(setting));
            }
        }
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var lines = process.inputReader(StandardCharsets.UTF_8);
            String line = lines.readLine();
            while (line != null && !line.startsWith(READY)) {
                line = lines.readLine();
            }
            if (line == null) {
                throw new AssertionError("the server has ended");
            }
            var told = line.substring(READY.length()).split(" ", -1);
            Thread.startVirtualThread(() -> drain(lines));
            return new ServerProcess(
                    process,
                    new Api(URI.create("http://127.0.0.1:" + told[0]), dev.shearline.token.Secret.of(told[1])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody reads it, and a full pipe would stop the server. */
    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // a log
            }
        } catch (IOException e) {
            // it has ended
        }
    }

    /** As the operator. */
    public Api api() {
        return api;
    }

    /** As {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** The process itself. */
    public static void main(String[] args) throws IOException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        Map<Setting, String> given = new EnumMap<>(Setting.class);
        for (var arg : args) {
            var parts = arg.split("=", 2);
            given.put(Setting.valueOf(parts[0]), parts[1]);
        }
        try (var server = Server.start(SettingsParser.parse(Map.of(), Optional.empty(), given))) {
            Eventually.isTrue("the node is ready", server::isReady);
            System.out.println(READY + server.port() + " "
                    + server.issueOperatorKey("test", ScopeSet.ALL).reveal());
            // until whoever has started it is gone
            int _ = System.in.read();
        }
    }
}
