package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Webhooks and invitations from the command line, against a service of one's own. */
class NotifyCommandsTest {
    private static final long WAIT_S = 60;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

    private static Path place;
    private static DevProcess dev;
    private static HttpServer receiver;

    @BeforeAll
    static void start() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        receiver.createContext("/", exchange -> {
            try (exchange) {
                RECEIVED.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        place = DevProcess.place();
        dev = DevProcess.start(place, "--port", "0");
    }

    @AfterAll
    static void stop() throws IOException {
        dev.close();
        receiver.stop(0);
        DevProcess.delete(place);
    }

    private static Session.Result run(String... arguments) {
        return new Session(place).run(arguments);
    }

    private static String ok(String... arguments) {
        var result = run(arguments);
        assertThat(result.exitCode())
                .as(String.join(" ", arguments) + "\n" + result.err())
                .isZero();
        return result.out().strip();
    }

    private static String receive(String type) throws InterruptedException {
        for (var body = RECEIVED.poll(WAIT_S, TimeUnit.SECONDS);
                body != null;
                body = RECEIVED.poll(WAIT_S, TimeUnit.SECONDS)) {
            if (body.contains("\"type\":\"" + type + "\"")) {
                return body;
            }
        }
        throw new AssertionError("no message " + type);
    }

    @Test
    void a_webhook_lives_through_all_of_its_commands() throws Exception {
        var url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hooks";
        var made = run(
                "webhooks", "create", "--endpoint", url, "--event", "key.created,key.revoked", "--description", "all");
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out().strip()).matches("whsec_[0-9A-Za-z+/]{43}=");
        assertThat(made.err()).contains("Created webhook whk_").doesNotContain("whsec_");
        var list = ok("webhooks", "list");
        assertThat(list).contains("http://127.0.0.1", "key.created", "enabled").doesNotContain("whsec_");
        var id = ApiClient.JSON
                .readTree(ok("webhooks", "list", "-o", "json"))
                .at("/items/0/id")
                .asString();
        assertThat(ok("webhooks", "get", id)).contains(url, "org_instance");

        var delivery = ok("webhooks", "test", id);
        assertThat(delivery).startsWith("dlv_");
        receive("webhook.test");
        ok("webhooks", "redeliver", id, "--delivery", delivery);
        receive("webhook.test");
        assertThat(ok("webhooks", "deliveries", id, "--all")).contains(delivery, "webhook.test");

        assertThat(ok("webhooks", "rotate-secret", id, "--grace", "1h")).startsWith("whsec_");
        ok("webhooks", "update", id, "--no-enabled");
        assertThat(ok("webhooks", "get", id)).contains("disabled (manual)");
        assertThat(run("webhooks", "test", id).exitCode()).isEqualTo(ExitCode.CONFLICT);
        assertThat(run("webhooks", "redeliver", id).exitCode()).isEqualTo(ExitCode.USAGE);
        ok("webhooks", "delete", id, "--yes");
        assertThat(run("webhooks", "get", id).exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("webhooks", "create", "--endpoint", "http://example.com/", "--event", "*")
                        .err())
                .contains("https://");
    }

    @Test
    void a_letter_of_an_invitation_is_a_file_and_a_line_on_the_console() {
        ok("orgs", "put", "ext:guests", "--name", "Guests");
        var id = ok(
                "invitations",
                "create",
                "--organization",
                "ext:guests",
                "--email",
                "ada@example.com",
                "--role",
                "viewer");
        assertThat(id).startsWith("inv_");
        assertThat(ok("invitations", "list")).contains(id, "ada@example.com", "pending");
        var letter = letter("ada@example.com");
        assertThat(letter).contains("To: ada@example.com", "Guests", "/invitations/");
        await("the console says so", () -> dev.said().stream().anyMatch(line -> line.contains("a mail is in")));
        assertThat(dev.said()).noneMatch(line -> line.contains("/invitations/"));

        assertThat(ok("invitations", "resend", id)).contains("Sent again invitation " + id);
        ok("invitations", "revoke", id);
        assertThat(ok("invitations", "get", id)).contains("revoked");
    }

    private static String letter(String to) {
        await("a letter to " + to, () -> !letters(to).isEmpty());
        return letters(to).getFirst();
    }

    private static List<String> letters(String to) {
        var directory = place.resolve(".shearline/mail");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .map(NotifyCommandsTest::read)
                    .filter(text -> text.contains("To: " + to))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
