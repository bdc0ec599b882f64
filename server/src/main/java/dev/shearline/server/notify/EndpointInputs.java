package dev.shearline.server.notify;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Names;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks what came in about an endpoint, and says in a sentence what is wrong with it. */
final class EndpointInputs {

    static final int DESCRIPTION_MAX = 1_000;
    static final Duration GRACE_DEFAULT = Duration.ofHours(24);
    static final Duration GRACE_MAX = Duration.ofDays(7);

    private static final Pattern GRACE = Pattern.compile("([0-9]{1,5})([smhd])");

    private final OutboundAddresses addresses;

    EndpointInputs(OutboundAddresses addresses) {
        this.addresses = addresses;
    }

    String url(String text) {
        if (EndpointUrl.parse(text, addresses) instanceof EndpointUrl.Parsed.Unfit(var fault)) {
            throw invalid("url", fault);
        }
        return text;
    }

    static List<String> events(List<String> wanted) {
        var events = new LinkedHashSet<>(wanted);
        if (events.isEmpty()) {
            throw invalid("events", "must name at least one type of event, or \"*\" for all");
        }
        for (var event : events) {
            if (!event.equals(EventType.ALL) && EventType.find(event).isEmpty()) {
                throw invalid(
                        "events", "must be some of " + String.join(", ", EventType.wires()) + ", or \"*\" for all");
            }
        }
        return events.contains(EventType.ALL) ? List.of(EventType.ALL) : List.copyOf(events);
    }

    static String description(String text) {
        var description = Names.normalize(text);
        Names.findTextFault(description, DESCRIPTION_MAX).ifPresent(fault -> {
            throw invalid("description", fault);
        });
        return description;
    }

    /** For how long the secret before a rotation signs too. */
    static Duration grace(Optional<String> text) {
        if (text.isEmpty()) {
            return GRACE_DEFAULT;
        }
        var matcher = GRACE.matcher(text.get().equals("0") ? "0s" : text.get());
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            var grace = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            if (grace.compareTo(GRACE_MAX) <= 0) {
                return grace;
            }
        }
        throw invalid("grace", "must be a duration from 0 to 7d, such as 0, 1h or 24h");
    }

    static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }
}
