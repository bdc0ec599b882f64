package dev.shearline.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where in a list to go on, and how far.
 *
 * <p>A cursor holds the sort key of the last row of a page and what list it belongs to: its sort and its filters, as the
 * route describes them. It is opaque and checked, not secret: it says nothing that its holder has not just read, and it
 * grants nothing.
 *
 * @param after the sort key of the last row seen; empty for the first page
 */
public record Paging(int limit, Optional<List<String>> after, String list) {

    public static final String LIMIT = "limit";
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
    public static final String CURSOR = "cursor";
    private static final JsonMapper TEXT = new JsonMapper();
    private static final int CHECK_BYTES = 4;

    /** @param list names the list: its path, sort and filters. A cursor of another list is refused. */
    public static Paging of(Request request, String list) {
        int limit = request.query(LIMIT).map(Paging::limit).orElse(HttpLimits.PAGE_ITEMS_DEFAULT);
        return new Paging(limit, request.query(CURSOR).map(cursor -> decode(cursor, list)), list);
    }

    /** Cuts a page out of rows that were read with a limit one higher than the page's. */
    public <T> Page<T> page(List<T> rows, Function<T, List<String>> sortKey) {
        if (rows.size() <= limit) {
            return new Page<>(rows, Optional.empty());
        }
        var items = rows.subList(0, limit);
        return new Page<>(items, Optional.of(encode(sortKey.apply(items.getLast()), list)));
    }

    private static int limit(String text) {
        // digits alone: Java would take a sign, and the digits of any script
        int limit = DIGITS.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > HttpLimits.PAGE_ITEMS_MAX) {
            throw Problem.invalidParameter(
                            LIMIT, "\"limit\" must be a number from 1 to " + HttpLimits.PAGE_ITEMS_MAX + ".")
                    .asException();
        }
        return limit;
    }

    static String encode(List<String> sortKey, String list) {
        byte[] json = TEXT.writeValueAsBytes(sortKey);
        var bytes = Arrays.copyOf(check(json, list), CHECK_BYTES + json.length);
        System.arraycopy(json, 0, bytes, CHECK_BYTES, json.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static List<String> decode(String cursor, String list) {
        if (cursor.length() > HttpLimits.CURSOR_CHARACTERS_MAX) {
            throw invalidCursor();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length <= CHECK_BYTES) {
                throw invalidCursor();
            }
            byte[] json = Arrays.copyOfRange(bytes, CHECK_BYTES, bytes.length);
            if (!Arrays.equals(check(json, list), Arrays.copyOf(bytes, CHECK_BYTES))) {
                throw invalidCursor();
            }
            return List.of(TEXT.readValue(json, String[].class));
        } catch (IllegalArgumentException | JacksonException e) {
            throw invalidCursor();
        }
    }

    /** Over the list as well, so that a cursor that is carried to another filter does not silently skip rows. */
    private static byte[] check(byte[] json, String list) {
        var crc = new CRC32C();
        crc.update(list.getBytes(StandardCharsets.UTF_8));
        crc.update(0);
        crc.update(json);
        long value = crc.getValue();
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    private static ProblemException invalidCursor() {
        return Problem.invalidParameter(
                        CURSOR,
                        "This \"cursor\" is not one of this list: pass next_cursor unchanged, with the same filters.")
                .asException();
    }
}
