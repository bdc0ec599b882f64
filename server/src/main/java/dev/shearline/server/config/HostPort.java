package dev.shearline.server.config;

import dev.shearline.server.net.Loopback;
import java.util.Optional;

/** Where to listen. Port 0 is any free one. */
public record HostPort(String host, int port) {

    private static final int PORT_MAX = 65_535;

    static Optional<HostPort> find(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return Optional.empty();
        }
        var host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            return Optional.empty();
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 0 || port > PORT_MAX
                    ? Optional.empty()
                    : Optional.of(new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port));
        } catch (NumberFormatException notAPort) {
            return Optional.empty();
        }
    }

    /** Whether nobody but this machine itself can reach it. */
    public boolean isLoopback() {
        return Loopback.isMeantBy(host);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
