package dev.shearline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Limits as they are written on a command line ({@code 100/m}, {@code 5/s/20}, {@code 10000/month}) and shown. */
final class LimitTerms {
    static final String RATE = "--rate-limit";
    static final String RATE_LABEL = "N/PERIOD[/BURST]";
    static final String RATE_DESCRIPTION =
            "so many uses in a second, minute, hour, day or month, such as 100/m, and with /20 so many at once; repeatable";
    static final String QUOTA = "--quota";
    static final String QUOTA_LABEL = "N/REFILL";
    static final String QUOTA_DESCRIPTION =
            "so many uses in each day or month of the calendar, such as 10000/month, or, as 500/none, once and for all";

    private static final String NONE = "none";
    private static final Map<String, String> PERIODS =
            Map.of("s", "second", "m", "minute", "min", "minute", "h", "hour", "d", "day");

    private LimitTerms() {}

    /** Of none, an empty list, which ends the limits; nothing where none was given. */
    static void putRates(ObjectNode body, List<String> texts) {
        if (texts.isEmpty()) {
            return;
        }
        var limits = body.putArray("rate_limits");
        if (texts.equals(List.of(NONE))) {
            return;
        }
        for (var text : texts) {
            var parts = text.split("/", -1);
            if (parts.length < 2 || parts.length > 3) {
                throw CommandFailure.usage("\"" + text + "\" is no rate limit: 100/m, or 100/m/20 with a burst.");
            }
            var limit = limits.addObject().put("amount", number(parts[0])).put("per", period(parts[1]));
            if (parts.length == 3) {
                limit.put("burst", number(parts[2]));
            }
        }
    }

    static void putQuota(ObjectNode body, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.equals(NONE)) {
            body.putNull("quota");
            return;
        }
        var parts = text.split("/", -1);
        if (parts.length != 2) {
            throw CommandFailure.usage("\"" + text + "\" is no quota: 10000/month, 500/day, or 100/none.");
        }
        body.putObject("quota").put("amount", number(parts[0])).put("refill", period(parts[1]));
    }

    private static String period(String text) {
        return PERIODS.getOrDefault(text, text);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw CommandFailure.usage("\"" + text + "\" is no whole number.");
        }
    }

    /** {@code 100/minute, at most 20 at once}. */
    static String rates(JsonNode thing) {
        var shown = new ArrayList<String>();
        for (var limit : thing.path("rate_limits")) {
            var burst = limit.path("burst");
            shown.add(
                    limit.path("amount").asString("") + "/" + limit.path("per").asString("")
                            + (burst.isNumber() ? ", at most " + burst.asString("") + " at once" : ""));
        }
        return String.join("; ", shown);
    }

    static String quota(JsonNode thing) {
        var quota = thing.path("quota");
        if (!quota.isObject()) {
            return "";
        }
        var refill = quota.path("refill").asString("");
        return quota.path("amount").asString("") + (refill.equals(NONE) ? " in all" : "/" + refill);
    }
}
