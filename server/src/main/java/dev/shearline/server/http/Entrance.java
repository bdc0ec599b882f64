package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/**
 * Which requests are let in at all, before it matters what they want: those that call this instance by one of its names, and have not come
 * in the clear from another machine. A key that has travelled unencrypted must not work, or nobody would notice.
 */
public record Entrance(HostNames hosts, TrustedProxies proxies, Transport transport) {

    /** Lets everything in and believes nobody. */
    public static final Entrance OPEN = new Entrance(HostNames.ANY, TrustedProxies.NONE, Transport.UNCHECKED);

    private static final CharSequence FORWARDED_PROTO = HttpHeaders.createOptimized("X-Forwarded-Proto");
    private static final String HTTPS = "https";

    Optional<Problem> refusal(IncomingRequest request) {
        var host = request.raw().getHeader(HttpHeaders.HOST);
        if (!hosts.contain(host == null ? "" : host)) {
            return Optional.of(Problem.of(
                    ProblemCode.MISDIRECTED_REQUEST,
                    "This instance does not go by the host name of the request: use its public-url, or have the name added to"
                            + " allowed-hosts."));
        }
        return isConfidential(request.peer(), request.raw().headers())
                ? Optional.empty()
                : Optional.of(unencrypted(request));
    }

    private Problem unencrypted(IncomingRequest request) {
        return Problem.of(
                ProblemCode.HTTPS_REQUIRED,
                proxies.contains(request.peer())
                        ? "The proxy must say X-Forwarded-Proto: https, and only of requests that have come to it over TLS."
                        : "Call this instance over https, at its public-url. If a key was sent with this request, rotate it.");
    }

    /** What a proxy says counts for more than how it reached us: it knows how the caller reached it. */
    boolean isConfidential(IpAddress peer, MultiMap headers) {
        if (transport == Transport.UNCHECKED) {
            return true;
        }
        if (!proxies.contains(peer)) {
            return transport == Transport.TLS || peer.isLoopback();
        }
        var said = headers.getAll(FORWARDED_PROTO);
        if (!said.isEmpty()) {
            return isHttps(said);
        }
        var client = proxies.clientOf(peer, headers.getAll(IncomingRequest.FORWARDED_FOR));
        return transport == Transport.TLS || (peer.isLoopback() && client.isLoopback());
    }

    /** Every hop of it: the leftmost is written by the caller, and any of them may have been in the clear. */
    private static boolean isHttps(List<String> said) {
        for (var hop : String.join(",", said).split(",", -1)) {
            if (!hop.strip().equalsIgnoreCase(HTTPS)) {
                return false;
            }
        }
        return true;
    }
}
