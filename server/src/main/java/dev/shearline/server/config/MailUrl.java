package dev.shearline.server.config;

import dev.shearline.token.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads where mail goes. Name and password are escaped as in any URL: {@code %40} for an at sign. */
final class MailUrl {

    private static final int SUBMISSION_PORT = 587;
    private static final int TLS_PORT = 465;
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s<>]{1,64}@[^@\\s<>]{1,255}");

    private MailUrl() {}

    static Optional<Settings.MailRoute> find(String text) {
        try {
            var uri = new URI(text);
            if ("file".equals(uri.getScheme())) {
                return uri.getHost() == null
                                && uri.getPath() != null
                                && uri.getPath().length() > 1
                        ? Optional.of(new Settings.MailDirectory(Path.of(uri.getPath())))
                        : Optional.empty();
            }
            boolean tls = "smtps".equals(uri.getScheme());
            boolean fit = (tls || "smtp".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() != 0;
            return fit ? Optional.of(smtp(uri, tls)) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException notAUrl) {
            return Optional.empty();
        }
    }

    private static Settings.Smtp smtp(URI uri, boolean tls) {
        var credentials = Optional.ofNullable(uri.getRawUserInfo());
        int colon = credentials.orElse("").indexOf(':');
        var user = credentials.map(text -> decoded(colon < 0 ? text : text.substring(0, colon)));
        var password = credentials.filter(_ -> colon >= 0).map(text -> Secret.of(decoded(text.substring(colon + 1))));
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? TLS_PORT : SUBMISSION_PORT;
        return new Settings.Smtp(uri.getHost(), port, tls, user, password);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    static Optional<String> findAddress(String text) {
        return ADDRESS.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }
}
