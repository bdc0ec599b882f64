package dev.shearline.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads problems (RFC 9457), also of what is not ours: a proxy answers as it likes. */
final class Problems {

    private Problems() {}

    static ShearlineException of(Http.Answer answer) {
        var json = read(answer);
        var errors = new ArrayList<ShearlineException.FieldError>();
        json.path("errors")
                .forEach(error -> errors.add(new ShearlineException.FieldError(
                        error.path("field").asString(""), error.path("detail").asString(""))));
        var wait = json.path("retry_after_ms").isIntegralNumber()
                ? Optional.of(Duration.ofMillis(json.path("retry_after_ms").asLong()))
                : answer.retryAfter();
        return new ShearlineException(
                answer.status(),
                text(json, "code").orElse(ShearlineException.UNEXPECTED_ANSWER),
                text(json, "detail").orElse("The server has answered with status " + answer.status() + "."),
                new ShearlineException.Problem(
                        text(json, "field"),
                        errors,
                        text(json, "request_id").or(() -> answer.headers().firstValue("X-Request-Id")),
                        wait),
                null);
    }

    private static JsonNode read(Http.Answer answer) {
        try {
            return Json.MAPPER.readTree(answer.body());
        } catch (JacksonException e) {
            return Json.MAPPER.missingNode();
        }
    }

    private static Optional<String> text(JsonNode json, String field) {
        return json.path(field).isString() ? Optional.of(json.path(field).stringValue()) : Optional.empty();
    }
}
