package dev.shearline.server.embed;

import dev.shearline.server.net.Loopback;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;

/** The origin of a page, written as browsers write it: they are compared as texts. */
final class WebOrigin {

    static final int CHARACTERS_MAX = 255;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private WebOrigin() {}

    /** {@code http} only for this machine, where nobody listens on the way. */
    static boolean isOne(String text) {
        if (text.length() > CHARACTERS_MAX) {
            return false;
        }
        try {
            var uri = new URI(text);
            var host = Objects.requireNonNullElse(uri.getHost(), "");
            return !host.isEmpty()
                    && text.equals(of(uri))
                    && (uri.getScheme().equals("https")
                            || (uri.getScheme().equals("http") && Loopback.isMeantBy(host)));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Of the page at an absolute address. */
    static String of(URI page) {
        var scheme = page.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        var port = page.getPort() < 0 || page.getPort() == usual ? "" : ":" + page.getPort();
        return scheme + "://" + page.getHost().toLowerCase(Locale.ROOT) + port;
    }
}
