package dev.shearline.server.notify;

import dev.shearline.server.net.IpAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where messages go: https, or http to an address of this machine or network that the configuration allows. */
record EndpointUrl(boolean tls, String host, int port, String pathAndQuery) {

    static final int CHARACTERS_MAX = 2_000;

    private static final int TLS_PORT = 443;
    private static final int PLAIN_PORT = 80;
    private static final int PORT_MAX = 65_535;

    /** What is meant, or what is wrong with it, as the end of a sentence. */
    sealed interface Parsed {
        record Fit(EndpointUrl url) implements Parsed {}

        record Unfit(String fault) implements Parsed {}
    }

    static Parsed parse(String text, OutboundAddresses addresses) {
        if (text.length() > CHARACTERS_MAX) {
            return new Parsed.Unfit("must have at most " + CHARACTERS_MAX + " characters");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException notAUrl) {
            return new Parsed.Unfit("must be a URL such as https://example.com/hooks");
        }
        var url = find(uri);
        if (url.isEmpty()) {
            return new Parsed.Unfit(
                    "must be a URL such as https://example.com/hooks, without a name, a password or a fragment");
        }
        return url.get().checked(addresses);
    }

    private static Optional<EndpointUrl> find(URI uri) {
        boolean tls = "https".equals(uri.getScheme());
        boolean fit = (tls || "http".equals(uri.getScheme()))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null
                && uri.getPort() != 0
                && uri.getPort() <= PORT_MAX
                && uri.toString().chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!fit) {
            return Optional.empty();
        }
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? TLS_PORT : PLAIN_PORT;
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return Optional.of(new EndpointUrl(tls, unbracketed(uri.getHost()), port, path + query));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** What a name resolves to is looked at when it is called, each time. */
    private Parsed checked(OutboundAddresses addresses) {
        var literal = literal();
        if (literal.isPresent() && !addresses.permits(literal.get())) {
            return new Parsed.Unfit("names an address that this instance does not call: private and reserved ones need"
                    + " the setting webhook.allowed-networks");
        }
        if (!tls && literal.filter(addresses::isAllowListed).isEmpty()) {
            return new Parsed.Unfit("must begin with https://: http is for an address of this machine or network that"
                    + " the setting webhook.allowed-networks names");
        }
        return new Parsed.Fit(this);
    }

    private Optional<IpAddress> literal() {
        return host.equalsIgnoreCase("localhost") ? IpAddress.find("127.0.0.1") : IpAddress.find(host);
    }

    /** As it stands in the header {@code Host}. */
    String authority() {
        var name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? TLS_PORT : PLAIN_PORT) ? name : name + ":" + port;
    }

    /** Without a path, which can hold a token of the receiver. */
    @Override
    public String toString() {
        return authority();
    }
}
