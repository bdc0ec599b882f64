package dev.shearline.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A client of a stream of server-sent events. */
public final class Events implements AutoCloseable {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** One event as it came. */
    public record Event(String name, String id, String data) {}

    private final InputStream body;
    private final List<Event> received = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    private Events(InputStream body) {
        this.body = body;
    }

    /** @param lastEventId empty for a first visit */
    public static Events follow(Api api, String lastEventId) {
        var request = HttpRequest.newBuilder(api.base().resolve("/v1/changes"))
                .header("Authorization", "Bearer " + api.credential().reveal());
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        try {
            var response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError("no stream: " + response.statusCode());
            }
            var events = new Events(response.body());
            Thread.startVirtualThread(events::read);
            return events;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void read() {
        try (var lines = new java.io.BufferedReader(
                new java.io.InputStreamReader(body, java.nio.charset.StandardCharsets.UTF_8))) {
            var name = "";
            var id = "";
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ")) {
                    received.add(new Event(name, id, line.substring("data: ".length())));
                }
            }
        } catch (IOException e) {
            // closed by the test or by the server
        } finally {
            ended = true;
        }
    }

    /** The first event of this name whose data hold the text. */
    public Event await(String name, String text) {
        var found = new AtomicReference<Event>();
        Eventually.isTrue(
                "an event " + name + " with " + text,
                () -> received.stream()
                        .filter(event ->
                                event.name().equals(name) && event.data().contains(text))
                        .findFirst()
                        .map(event -> {
                            found.set(event);
                            return true;
                        })
                        .orElse(false));
        return found.get();
    }

    public List<Event> received() {
        return List.copyOf(received);
    }

    public boolean hasEnded() {
        return ended;
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
