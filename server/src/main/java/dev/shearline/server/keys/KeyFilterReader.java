package dev.shearline.server.keys;

import dev.shearline.server.http.Paging;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.ParsedKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the query of {@code GET /v1/keys}. */
final class KeyFilterReader {

    static final int TEXT_MAX = 100;

    private final KeyFormat format;

    KeyFilterReader(KeyFormat format) {
        this.format = format;
    }

    KeyFilter read(Request request) {
        request.queryOnly(
                "organization",
                "type",
                "owner",
                "unit",
                "made_by",
                "status",
                "scope",
                "expires_within",
                "unused_for",
                "q",
                "digest",
                "rotation_due",
                UsedFrom.NETWORK,
                UsedFrom.SINCE,
                "sort",
                "order",
                Paging.LIMIT,
                Paging.CURSOR);
        var sort = one(request, "sort", KeySort::find, names(KeySort.values(), KeySort::wire))
                .orElse(KeySort.CREATED);
        return new KeyFilter(
                ref(request, "organization"),
                type(request),
                ref(request, "owner"),
                ref(request, "unit"),
                ref(request, "made_by"),
                statuses(request),
                one(request, "scope", Scope::find, "a scope such as keys:read"),
                request.query("expires_within").map(text -> Lifetimes.span("expires_within", text)),
                request.query("unused_for").map(text -> Lifetimes.span("unused_for", text)),
                request.query("q").map(this::text),
                one(request, "digest", KeyDigest::findHex, "the SHA-256 of a key, as 64 hexadecimal digits"),
                one(request, "rotation_due", KeyFilterReader::findTrue, "true, or left out")
                        .isPresent(),
                UsedFrom.read(request),
                sort,
                isDescending(request, sort));
    }

    private static Optional<Boolean> findTrue(String text) {
        return text.equals("true") ? Optional.of(true) : Optional.empty();
    }

    static <T> Optional<T> one(Request request, String name, Function<String, Optional<T>> find, String expected) {
        return request.query(name).map(text -> find.apply(text).orElseThrow(() -> invalid(name, expected)));
    }

    private static <T> String names(T[] values, Function<T, String> wire) {
        return Arrays.stream(values).map(wire).collect(Collectors.joining(", ", "one of ", ""));
    }

    private static ProblemException invalid(String name, String expected) {
        return KeyProblems.invalidParameter(name, "\"" + name + "\" must be " + expected + ".");
    }

    static Optional<KeyType> type(Request request) {
        return one(request, "type", KeyType::find, names(KeyType.values(), KeyType::wire));
    }

    static Optional<Ref> ref(Request request, String name) {
        return one(request, name, Ref::find, "an id, or ext: and an external id");
    }

    /** One or several, with commas between. */
    private static Set<KeyStatus> statuses(Request request) {
        var statuses = EnumSet.noneOf(KeyStatus.class);
        request.query("status").ifPresent(text -> {
            for (var part : text.split(",", -1)) {
                statuses.add(KeyStatus.find(part)
                        .orElseThrow(() -> invalid("status", names(KeyStatus.values(), KeyStatus::wire))));
            }
        });
        return statuses;
    }

    /** A whole key in a URL ends up in logs on its way: it is refused before anybody gets used to it. */
    private String text(String text) {
        if (format.parse(text.strip()) instanceof ParsedKey.WellFormed) {
            throw KeyProblems.invalidParameter(
                    "q", "This is a whole key, which belongs in no URL: send its SHA-256 as \"digest\" instead.");
        }
        if (text.codePointCount(0, text.length()) > TEXT_MAX || text.isBlank()) {
            throw KeyProblems.invalidParameter("q", "\"q\" must have 1 to " + TEXT_MAX + " characters.");
        }
        return text.strip();
    }

    /** Unless said otherwise the newest and the last used come first, as do A and what expires next. */
    private static boolean isDescending(Request request, KeySort sort) {
        return request.query("order")
                .map(order -> switch (order) {
                    case "asc" -> false;
                    case "desc" -> true;
                    default -> throw invalid("order", "asc or desc");
                })
                .orElse(sort == KeySort.CREATED || sort == KeySort.LAST_USED);
    }
}
