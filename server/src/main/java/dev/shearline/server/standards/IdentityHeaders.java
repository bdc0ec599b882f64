package dev.shearline.server.standards;

import dev.shearline.server.http.Response;
import dev.shearline.server.verify.KeyFacts;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whose key it was, as headers that a proxy passes on in the place of whatever the client has sent under these names. */
final class IdentityHeaders {

    /** Every one that there is: proxies are configured with this list. */
    static final List<String> NAMES = List.of(
            "X-Shearline-Key-Id",
            "X-Shearline-Key-Type",
            "X-Shearline-Mode",
            "X-Shearline-Owner-Type",
            "X-Shearline-Owner-Id",
            "X-Shearline-Owner-External-Id",
            "X-Shearline-Organization-Id",
            "X-Shearline-Organization-External-Id",
            "X-Shearline-Scopes");

    private static final String HEXADECIMAL = "0123456789ABCDEF";

    private IdentityHeaders() {}

    /** Without a body. All are there: what a proxy finds no header for, one leaves as the client has sent it, and another fills with junk. */
    static Response of(KeyFacts key) {
        var values = List.of(
                key.id().toString(),
                key.type().wire(),
                key.mode().wire(),
                key.owner().type().orElse(""),
                key.owner().id().orElse(""),
                key.owner().externalId().orElse(""),
                key.organization().id(),
                key.organization().externalId().orElse(""),
                key.scopes().toString());
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            headers.put(NAMES.get(i), encoded(values.get(i)));
        }
        return new Response(204, headers, new Response.Body.Empty());
    }

    /** Headers are ASCII, and an external id may be anything printable: what else there is, and the percent sign, is percent-encoded UTF-8. */
    static String encoded(String text) {
        if (text.chars().allMatch(IdentityHeaders::isPlain)) {
            return text;
        }
        var encoded = new StringBuilder(text.length() * 2);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(b)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEXADECIMAL.charAt(b >> 4 & 0xF)).append(HEXADECIMAL.charAt(b & 0xF));
            }
        }
        return encoded.toString();
    }

    private static boolean isPlain(int c) {
        return c >= ' ' && c <= '~' && c != '%';
    }
}
