package dev.shearline.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Speaks {@code /v1} with one key; an answer that is not the one asked for is a {@link CommandFailure}. */
final class ApiClient implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();
    /** Fields whose options have other names. {@code --url} is of every command, and says which instance is meant. */
    private static final Map<String, List<String>> OPTIONS = Map.ofEntries(
            Map.entry("scopes", List.of("--scope")),
            Map.entry("cidrs", List.of("--cidr")),
            Map.entry("roles", List.of("--role")),
            Map.entry("events", List.of("--event")),
            Map.entry("resources", List.of("--resource")),
            Map.entry("url", List.of("--endpoint")),
            Map.entry("key_types", List.of("--key-type")),
            Map.entry("plan", List.of("--plan", "--set")),
            Map.entry("unused_for", List.of("--unused-for", "--for")),
            Map.entry("expires_in", List.of("--expires")),
            Map.entry("expires_at", List.of("--expires")),
            Map.entry("visibility", List.of("--publishable")),
            Map.entry("q", List.of("-q")));

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final int UNAVAILABLE = 503;
    private static final int TRIES_MAX = 3;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Target target;
    private final Set<String> options;
    private final HttpClient http;

    /** @param options of the command that asks */
    ApiClient(Target target, Set<String> options) {
        this.target = target;
        this.options = options;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    JsonNode get(String path, Map<String, String> parameters) {
        return send(request(withQuery(path, parameters)).GET(), parameters.keySet());
    }

    /** An answer of any length, as it is, to its end: one that is cut off in the middle fails. */
    void download(String path, Map<String, String> parameters, PrintStream to) {
        try {
            var response = http.send(request(withQuery(path, parameters)).GET().build(), BodyHandlers.ofInputStream());
            try (var body = response.body()) {
                if (response.statusCode() >= 400) {
                    throw problem(
                            response.statusCode(),
                            new String(body.readAllBytes(), StandardCharsets.UTF_8),
                            parameters.keySet());
                }
                body.transferTo(to);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.UNAVAILABLE, unreachable(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted.", e);
        }
    }

    static String withQuery(String path, Map<String, String> parameters) {
        var query = parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? path : path + "?" + query;
    }

    JsonNode post(String path, ObjectNode body) {
        return send(withBody(path, "POST", body), names(body));
    }

    /**
     * For what returns a secret: an answer that is lost on its way is asked for again under the same name, and then the server gives the
     * first answer again instead of making a second key.
     */
    JsonNode postOnce(String path, ObjectNode body) {
        var request = withBody(path, "POST", body)
                .header("Idempotency-Key", UUID.randomUUID().toString());
        for (int attempt = 1; ; attempt++) {
            try {
                var response = exchange(request);
                if (response.statusCode() != UNAVAILABLE || attempt == TRIES_MAX) {
                    return answered(response, names(body));
                }
            } catch (CommandFailure e) {
                // where nothing answered, nothing was made
                if (e.getCause() instanceof ConnectException
                        || e.exitCode() != ExitCode.UNAVAILABLE
                        || attempt == TRIES_MAX) {
                    throw e;
                }
            }
            pause(attempt);
        }
    }

    /** Gives whoever is starting or changing over a moment; longer each time. */
    private static void pause(int attempt) {
        LockSupport.parkNanos(PAUSE.multipliedBy(attempt).toNanos());
        if (Thread.currentThread().isInterrupted()) {
            throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted.");
        }
    }

    JsonNode put(String path, ObjectNode body) {
        return send(withBody(path, "PUT", body), names(body));
    }

    JsonNode patch(String path, ObjectNode body) {
        return send(withBody(path, "PATCH", body), names(body));
    }

    JsonNode delete(String path) {
        return send(request(path).DELETE(), Set.of());
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder withBody(String path, String method, ObjectNode body) {
        return request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.toString()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(target.url() + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/json")
                .header("User-Agent", "shearline-cli/" + Version.text())
                .header("Authorization", "Bearer " + target.key().reveal());
    }

    private static Set<String> names(ObjectNode body) {
        return Set.copyOf(body.propertyNames());
    }

    /** @param sent the fields or parameters that were sent, which is what the command line has said */
    private JsonNode send(HttpRequest.Builder request, Set<String> sent) {
        return answered(exchange(request), sent);
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.UNAVAILABLE, unreachable(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted.", e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "The key has characters that no key has: check its file.", e);
        }
    }

    private JsonNode answered(HttpResponse<String> response, Set<String> sent) {
        if (response.statusCode() >= 400) {
            throw problem(response.statusCode(), response.body(), sent);
        }
        return parse(response);
    }

    private String unreachable(IOException e) {
        var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return "Nothing answers at " + target.url() + " (" + why
                + "). Is it running? ./shearline dev starts one; --url names another.";
    }

    private JsonNode parse(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JacksonException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "What answers at " + target.url() + " is not Shearline: its answer (status " + response.statusCode()
                            + ") is not JSON.",
                    e);
        }
    }

    /** RFC 9457 in two lines: what to do, and what to tell whoever helps. */
    private CommandFailure problem(int status, String text, Set<String> sent) {
        JsonNode body;
        try {
            body = JSON.readTree(text);
        } catch (JacksonException e) {
            body = JSON.missingNode();
        }
        var message =
                new StringBuilder(body.path("detail").asString(target.url() + " answered with status " + status + "."));
        body.path("errors")
                .forEach(error -> message.append("\n  ")
                        .append(error.path("field").asString(""))
                        .append(": ")
                        .append(error.path("detail").asString("")));
        if (body.hasNonNull("code")) {
            message.append("\n  code ").append(body.path("code").asString());
            append(message, "field", body);
            append(message, "request_id", body);
        }
        nextStep(
                        status,
                        body.path("field").asString("").replaceFirst("[.\\[].*", ""),
                        body.path("code").asString(""),
                        sent)
                .ifPresent(step -> message.append("\n  ").append(step));
        return new CommandFailure(
                ExitCode.ofStatus(status),
                message.toString().lines().map(Text::printable).collect(Collectors.joining("\n")));
    }

    /** Where the server's own words do not already say what to do, for it knows nothing of this command line. */
    private Optional<String> nextStep(int status, String field, String code, Set<String> sent) {
        if (code.endsWith("_not_in_plan") || code.equals("plan_limit_reached")) {
            return Optional.of(
                    "shearline orgs plan shows what the plan of an organization includes, and what is used.");
        }
        return switch (status) {
            case 404 -> option(field).filter(_ -> sent.contains(field));
            // what was not sent may be what is missing
            case 422 -> option(field);
            case 401 -> Optional.of("shearline auth status shows which key was sent, and where it was found.");
            case 403 -> Optional.of("shearline auth status shows what this key may do.");
            case 429, 502, 503, 504 -> Optional.of("Repeat the command in a moment.");
            default -> Optional.empty();
        };
    }

    /** How a field is given here, where the command has an option that gives it. */
    private Optional<String> option(String field) {
        return OPTIONS.getOrDefault(field, List.of("--" + field.replace('_', '-'))).stream()
                .filter(options::contains)
                .findFirst()
                .map(option -> "On the command line that is " + option + ".");
    }

    private static void append(StringBuilder message, String field, JsonNode body) {
        if (body.hasNonNull(field)) {
            message.append(", ")
                    .append(field.replace('_', ' '))
                    .append(' ')
                    .append(body.path(field).asString());
        }
    }

    @Override
    public void close() {
        // shutdownNow, for close() would wait for connections that are kept alive
        http.shutdownNow();
    }
}
