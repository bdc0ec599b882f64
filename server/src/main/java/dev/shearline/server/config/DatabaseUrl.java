package dev.shearline.server.config;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.token.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.postgresql.PGProperty;

/** Reads where a database is, as {@code postgres://user:password@host:port/database} or as a JDBC URL. */
public final class DatabaseUrl {

    public static final String FORM = "postgres://user:password@host:port/database or the JDBC URL of one PostgreSQL";
    private static final String JDBC = "jdbc:";
    private static final int PORT = 5432;
    private static final String OPTIONS = "options";

    /** Parameters that hold no secret and mean the same to every role. */
    private static final List<String> COMMON_PARAMETERS =
            List.of("sslmode", "sslrootcert", "channelBinding", "gssEncMode", "targetServerType");

    private DatabaseUrl() {}

    public static Optional<DatabaseAddress> find(String text) {
        try {
            var uri = new URI(text.startsWith(JDBC) ? text.substring(JDBC.length()) : text);
            boolean postgres = "postgresql".equals(uri.getScheme())
                    || ("postgres".equals(uri.getScheme()) && !text.startsWith(JDBC));
            boolean complete = uri.getHost() != null && uri.getRawPath().length() > 1;
            return postgres && complete ? findAddress(uri) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException notAUrl) {
            return Optional.empty();
        }
    }

    /** What no URL may ask for, although the driver knows it. */
    public static Optional<String> findFault(DatabaseAddress address) {
        return address.parameters().containsKey(OPTIONS)
                ? Optional.of(
                        "must not have options: they would replace what Shearline asks of each session, among it that"
                                + " a commit is on disk, READ COMMITTED and the bounds of every wait. Take them out; for other"
                                + " settings there is ALTER ROLE … SET.")
                : Optional.empty();
    }

    /** The URL of another role at the same place, password and all: for a configuration, and for nothing else that is shown. */
    public static String reveal(DatabaseAddress address) {
        return text(address, encode(address.password().reveal()));
    }

    /** What may be shown of it. */
    static String mask(DatabaseAddress address) {
        return text(address, "…");
    }

    private static String text(DatabaseAddress address, String password) {
        var host = address.host().indexOf(':') < 0 ? address.host() : "[" + address.host() + "]";
        var parameters = COMMON_PARAMETERS.stream()
                .filter(address.parameters()::containsKey)
                .map(name -> name + "=" + encode(address.parameters().getProperty(name)))
                .collect(Collectors.joining("&"));
        return "postgres://" + encode(address.user()) + ":" + password + "@" + host + ":" + address.port() + "/"
                + encode(address.database()) + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Optional<DatabaseAddress> findAddress(URI uri) {
        var parameters = new Properties();
        for (var parameter : Optional.ofNullable(uri.getRawQuery()).orElse("").split("&")) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.setProperty(parameter.substring(0, equals), decode(parameter.substring(equals + 1)));
            }
        }
        var userInfo = Optional.ofNullable(uri.getRawUserInfo()).orElse("");
        int colon = userInfo.indexOf(':');
        var user = take(parameters, "user").orElse(decode(colon < 0 ? userInfo : userInfo.substring(0, colon)));
        var password = take(parameters, "password").orElse(colon < 0 ? "" : decode(userInfo.substring(colon + 1)));
        boolean known = parameters.stringPropertyNames().stream().allMatch(name -> PGProperty.forName(name) != null);
        if (user.isEmpty() || !known) {
            return Optional.empty();
        }
        var host = uri.getHost().replace("[", "").replace("]", "");
        int port = uri.getPort() < 0 ? PORT : uri.getPort();
        var database = decode(uri.getRawPath().substring(1));
        return Optional.of(new DatabaseAddress(host, port, database, user, Secret.of(password), parameters));
    }

    private static Optional<String> take(Properties parameters, String name) {
        return Optional.ofNullable((String) parameters.remove(name));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
