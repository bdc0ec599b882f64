package dev.shearline.server.config;

import dev.shearline.token.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads where Valkey is. Name and password are escaped as in any URL: {@code %40} for an at sign. */
final class ValkeyUrl {

    static final String FORM = "redis://user:password@host:port/database, or rediss:// for TLS";
    private static final int PORT = 6379;
    private static final Pattern PATH = Pattern.compile("(?:/(\\d{1,4})?)?");

    private ValkeyUrl() {}

    static Optional<Settings.Valkey> find(String text) {
        try {
            var uri = new URI(text);
            boolean tls = "rediss".equals(uri.getScheme());
            var path = PATH.matcher(Optional.ofNullable(uri.getRawPath()).orElse(""));
            boolean fit = (tls || "redis".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && path.matches()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() != 0;
            return fit ? Optional.of(valkey(uri, tls, Optional.ofNullable(path.group(1)))) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException notAUrl) {
            return Optional.empty();
        }
    }

    private static Settings.Valkey valkey(URI uri, boolean tls, Optional<String> database) {
        var credentials = Optional.ofNullable(uri.getRawUserInfo());
        int colon = credentials.orElse("").indexOf(':');
        var user = credentials
                .map(text -> decoded(colon < 0 ? text : text.substring(0, colon)))
                .filter(name -> !name.isEmpty());
        var password = credentials.filter(_ -> colon >= 0).map(text -> Secret.of(decoded(text.substring(colon + 1))));
        int port = uri.getPort() > 0 ? uri.getPort() : PORT;
        return new Settings.Valkey(
                uri.getHost(), port, tls, database.map(Integer::parseInt).orElse(0), user, password);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
