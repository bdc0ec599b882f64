package dev.shearline.server.http;

import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.Scope;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what is wrong with a body without repeating any of it but the names of fields. */
final class JsonProblems {

    private static final Set<Class<?>> INTEGERS =
            Set.of(int.class, Integer.class, long.class, Long.class, short.class, Short.class);

    private JsonProblems() {}

    static Problem of(JacksonException thrown) {
        return switch (thrown) {
            case StreamConstraintsException constraint -> malformed(constraint, "exceeds a limit of depth or length");
            case InputCoercionException range -> invalid(range, "must be an integer in range");
            case StreamReadException read when isDuplicate(read) -> malformed(read, "repeats the name of a field");
            case StreamReadException read -> malformed(read, "is not valid JSON");
            case UnrecognizedPropertyException unknown -> unknownField(unknown);
            case InvalidNullException missing -> required(missing);
            case ValueInstantiationException refused -> refused(refused);
            case MismatchedInputException mismatch -> mismatch(mismatch);
            default -> invalid(thrown, "has a value that is not accepted here");
        };
    }

    private static boolean isDuplicate(StreamReadException thrown) {
        return thrown.getOriginalMessage().startsWith("Duplicate Object property");
    }

    private static Problem malformed(JacksonException thrown, String what) {
        return Problem.of(ProblemCode.MALFORMED_JSON, "The body " + what + where(thrown.getLocation()) + ".");
    }

    private static String where(TokenStreamLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static Problem unknownField(UnrecognizedPropertyException unknown) {
        var field = path(unknown);
        var known = Stream.ofNullable(unknown.getKnownPropertyIds())
                .flatMap(Collection::stream)
                .map(String::valueOf)
                .sorted()
                .collect(Collectors.joining(", "));
        return Problem.of(
                        ProblemCode.UNKNOWN_FIELD,
                        "There is no field \"" + field + "\" here: remove it"
                                + (known.isEmpty() ? "." : ", or write one of " + known + "."))
                .withField(field);
    }

    private static Problem required(MismatchedInputException missing) {
        return invalid(missing, "is required");
    }

    /** A record's own constructor refused the value, with a sentence that our code wrote. */
    private static Problem refused(ValueInstantiationException refused) {
        return switch (refused.getCause()) {
            case ProblemException problem -> problem.problem();
            case IllegalArgumentException why when why.getMessage() != null -> invalid(refused, why.getMessage());
            case null, default -> invalid(refused, "has a value that is not accepted here");
        };
    }

    private static Problem mismatch(MismatchedInputException mismatch) {
        if (mismatch.getCause() instanceof StreamReadException read) {
            return of(read);
        }
        var message = mismatch.getOriginalMessage();
        if (message.startsWith("Trailing token")) {
            return malformed(mismatch, "goes on after its end");
        }
        if (message.startsWith("No content to map")) {
            return Problem.of(ProblemCode.MALFORMED_JSON, "The body is empty: send a JSON object.");
        }
        if (message.startsWith("Null value for creator property") || message.startsWith("Cannot map `null` into")) {
            return required(mismatch);
        }
        return invalid(mismatch, "must be " + expected(mismatch.getTargetType()));
    }

    private static Problem invalid(JacksonException thrown, String what) {
        var field = path(thrown);
        return field.isEmpty()
                ? Problem.of(ProblemCode.INVALID_FIELD, "The body " + what + ".")
                : Problem.invalidField(field, "\"" + field + "\" " + what + ".");
    }

    private static String path(JacksonException thrown) {
        var path = new StringBuilder();
        for (var step : thrown.getPath()) {
            Optional.ofNullable(step.getPropertyName())
                    .ifPresentOrElse(
                            name -> path.append(path.isEmpty() ? "" : ".").append(name),
                            () -> path.append('[').append(step.getIndex()).append(']'));
        }
        return path.toString();
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return "one of " + constants(type);
        }
        if (INTEGERS.contains(type)) {
            return "an integer in range";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == Instant.class) {
            return "a time such as 2030-01-31T12:00:00Z";
        }
        if (type == Lifetime.class) {
            return "a duration such as 24h, 90d, 4w or 1y";
        }
        if (type == Scope.class) {
            return "a scope of the form resource:action, resource:* or *";
        }
        if (type == double.class || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a string";
        }
        return (type.isRecord() && !isText(type)) || Map.class.isAssignableFrom(type)
                ? "an object"
                : "a string of its form";
    }

    private static boolean isText(Class<?> type) {
        var vocabulary = type.getPackageName();
        return vocabulary.equals("dev.shearline.server.identity") || vocabulary.equals("dev.shearline.token");
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
