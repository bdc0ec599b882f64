package dev.shearline.cli;

import dev.shearline.server.Server;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.secrets.InstanceKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/**
 * What the build runs so that the JVM notes which classes a server needs when it starts: a server whose database does not answer, and which
 * therefore loads all that it can without one.
 */
final class ServerTraining {
    /** Nobody listens there. */
    private static final String NOWHERE = "postgres://shearline:none@127.0.0.1:1/shearline";

    private ServerTraining() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("shearline-training");
        var keys = directory.resolve("instance.keys");
        try {
            InstanceKeys.create(keys, new SecureRandom());
            try (var server =
                    Server.start(SettingsParser.parse(Map.of(), Optional.empty(), settings(directory, keys)))) {
                ask(server);
            }
        } finally {
            delete(directory);
        }
    }

    private static Map<Setting, String> settings(Path directory, Path keys) {
        return Map.of(
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.MANAGEMENT_LISTEN,
                "127.0.0.1:0",
                Setting.DATABASE_URL,
                NOWHERE,
                Setting.NODE_DATABASE_URL,
                NOWHERE,
                Setting.SECRET_KEYS_FILE,
                keys.toString(),
                Setting.DATA_DIR,
                directory.toString());
    }

    private static void ask(Server server) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var base = URI.create("http://127.0.0.1:" + server.port());
            var question = HttpRequest.newBuilder(base.resolve("/v1/keys/verify"))
                    .header("Authorization", "Bearer none")
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            client.send(question, HttpResponse.BodyHandlers.discarding());
            for (var path : new String[] {"/docs/style.css", "/v1/nothing"}) {
                client.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (var path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
