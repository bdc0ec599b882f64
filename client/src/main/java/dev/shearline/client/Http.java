package dev.shearline.client;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One server, spoken to with one key. Every wait has an end, and every body a largest size. */
final class Http {

    /** The longest page of keys is far below. */
    static final int ANSWER_BYTES_MAX = 4 * 1024 * 1024;

    /** An answer with its whole body. */
    static final class Answer {
        private final int status;
        private final HttpHeaders headers;
        private final byte[] body;

        Answer(int status, HttpHeaders headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        int status() {
            return status;
        }

        HttpHeaders headers() {
            return headers;
        }

        byte[] body() {
            return body;
        }

        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** What the header says, or nothing that would hold a program up for long. */
        Optional<Duration> retryAfter() {
            return headers.firstValue("Retry-After")
                    .filter(text -> text.matches("[0-9]{1,4}"))
                    .map(text -> Duration.ofSeconds(Long.parseLong(text)));
        }
    }

    private final String base;
    private final Secret key;
    private final String userAgent;
    private final HttpClient client;

    Http(String base, Secret key, String userAgent, Duration connectTimeout) {
        this.base = base;
        this.key = key;
        this.userAgent = userAgent;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .build();
    }

    String base() {
        return base;
    }

    /** @param body empty where the request has none */
    Answer send(String method, String path, byte[] body, Map<String, String> headers, Duration timeout)
            throws IOException, InterruptedException {
        var request = request(path)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        // the time-out of a request ends with the headers: a body may take for ever
        var exchange = client.sendAsync(request.timeout(timeout).build(), info -> new LimitedBody(ANSWER_BYTES_MAX));
        try {
            var response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            exchange.cancel(true);
        }
    }

    /** The stream of changes; its reader closes it. */
    HttpResponse<InputStream> follow(Optional<String> lastEventId, Duration timeout)
            throws IOException, InterruptedException {
        var request = request("/v1/changes").timeout(timeout).header("Accept", "text/event-stream");
        lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("User-Agent", userAgent)
                .header("Authorization", "Bearer " + key.reveal());
    }
}
