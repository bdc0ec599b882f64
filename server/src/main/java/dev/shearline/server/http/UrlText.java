package dev.shearline.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decodes the parts of a URL. Segments are split before they are decoded, so that an id may hold a {@code %2F}. */
final class UrlText {

    private UrlText() {}

    /** A plus sign in a path is a plus sign. */
    static String decodeSegment(String segment) {
        return segment.indexOf('%') < 0 ? segment : decode(segment.replace("+", "%2B"));
    }

    static Map<String, String> decodeQuery(@Nullable String query) {
        return query == null || query.isEmpty()
                ? Map.of()
                : decode(
                        query,
                        name -> Problem.invalidParameter(
                                name, "The query parameter \"" + name + "\" is given twice: send it once."));
    }

    /** Names stay unsaid: whoever forgets one has a secret in its place. */
    static Map<String, String> decodeForm(String body) {
        var parameters = decode(
                body,
                _ -> Problem.of(
                        ProblemCode.MALFORMED_REQUEST, "A parameter of the form is given twice: send it once."));
        parameters.values().removeIf(String::isEmpty);
        return parameters;
    }

    private static Map<String, String> decode(String query, Function<String, Problem> twice) {
        var parameters = new LinkedHashMap<String, String>();
        for (var part : query.split("&", HttpLimits.QUERY_PARAMETERS_MAX + 1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            var name = decode(equals < 0 ? part : part.substring(0, equals));
            var value = equals < 0 ? "" : decode(part.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw twice.apply(name).asException();
            }
        }
        if (parameters.size() > HttpLimits.QUERY_PARAMETERS_MAX) {
            throw malformed("There are more than " + HttpLimits.QUERY_PARAMETERS_MAX + " parameters: send fewer.");
        }
        return parameters;
    }

    /** Control characters name nothing, and PostgreSQL has no NUL: none gets past here. */
    private static String decode(String text) {
        String decoded;
        try {
            decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("The URL has a % that two hexadecimal digits do not follow.");
        }
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw malformed("The URL has a control character: remove it.");
        }
        return decoded;
    }

    private static ProblemException malformed(String detail) {
        return Problem.of(ProblemCode.MALFORMED_REQUEST, detail).asException();
    }
}
