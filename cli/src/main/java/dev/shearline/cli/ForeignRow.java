package dev.shearline.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A key as another system has written it down. Databases, exports and APIs of one system name a field in different ways, and a CSV file has
 * nothing but text.
 */
record ForeignRow(ObjectNode row) {
    /** Beyond it a number of seconds would be a time in the year 5138: it counts milliseconds. */
    private static final long SECONDS_MAX = 100_000_000_000L;

    /** What makes a row no key that could be imported. */
    static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /** The first of these fields that is there. */
    private Optional<JsonNode> find(String... names) {
        for (var name : names) {
            var found = row.at("/" + name.replace('.', '/'));
            if (!found.isMissingNode()
                    && !found.isNull()
                    && !(found.isString() && found.asString().isBlank())) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    Optional<String> text(String... names) {
        return find(names).filter(JsonNode::isValueNode).map(JsonNode::asString);
    }

    /** Databases without truth values write 0 and 1, or t and f. */
    Optional<Boolean> flag(String... names) {
        return text(names).map(text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "t", "yes" -> true;
            case "false", "0", "f", "no" -> false;
            default -> throw new UnusableException(names[0] + " is neither true nor false.");
        });
    }

    Optional<Long> number(String... names) {
        return text(names).map(text -> {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                throw new UnusableException(names[0] + " is no whole number.");
            }
        });
    }

    /** ISO 8601, as databases print it, or seconds or milliseconds since 1970. */
    Optional<Instant> time(String... names) {
        return text(names).map(text -> {
            try {
                return timeOf(text.strip());
            } catch (DateTimeException | NumberFormatException e) {
                throw new UnusableException(names[0] + " is no time.");
            }
        });
    }

    private static Instant timeOf(String text) {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long number = Long.parseLong(text);
            return number > SECONDS_MAX ? Instant.ofEpochMilli(number) : Instant.ofEpochSecond(number);
        }
        var iso = text.replaceFirst(" ", "T").replaceFirst("([+-]\\d\\d)$", "$1:00");
        boolean zoned = iso.endsWith("Z") || iso.matches(".*T.*[+-]\\d\\d:\\d\\d");
        return zoned
                ? OffsetDateTime.parse(iso).toInstant()
                : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    }

    /** An object or a list, also one that was written into a text, once or twice. */
    Optional<JsonNode> json(String... names) {
        return find(names).map(found -> {
            var node = found;
            for (int i = 0; i < 2 && node.isString(); i++) {
                node = parsed(node);
            }
            return node;
        });
    }

    private static JsonNode parsed(JsonNode text) {
        try {
            return ApiClient.JSON.readTree(text.asString());
        } catch (JacksonException e) {
            return text;
        }
    }
}
