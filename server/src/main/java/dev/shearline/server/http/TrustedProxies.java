package dev.shearline.server.http;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * The proxies whose word about a request is taken: the address it came from and its id. What they say in {@code Forwarded} (RFC 7239) is not
 * read: no proxy writes both headers, and one that passes a caller's on does not know that it does.
 */
public record TrustedProxies(List<Cidr> blocks) {

    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    public TrustedProxies {
        blocks = List.copyOf(blocks);
    }

    boolean contains(IpAddress address) {
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The rightmost address of {@code X-Forwarded-For} that is not itself a trusted proxy: what stands left of it was
     * written by whoever that is. An entry that is no address ends the walk at the hop that reported it.
     */
    IpAddress clientOf(IpAddress peer, List<String> forwardedFor) {
        return walk(peer, forwardedFor).reached;
    }

    /** The same for who must know the client itself: empty where the walk ends at a proxy that does not say for whom it speaks. */
    Optional<IpAddress> findClientOf(IpAddress peer, List<String> forwardedFor) {
        var walk = walk(peer, forwardedFor);
        return walk.reported ? Optional.of(walk.reached) : Optional.empty();
    }

    /** @param reported whether a trusted proxy has named the address that was reached, and nothing left of it had to be read */
    private record Walk(IpAddress reached, boolean reported) {}

    private Walk walk(IpAddress peer, List<String> forwardedFor) {
        if (forwardedFor.isEmpty() || !contains(peer)) {
            return new Walk(peer, false);
        }
        var client = peer;
        var hops = String.join(",", forwardedFor).split(",", -1);
        int last = Math.max(0, hops.length - HttpLimits.FORWARDED_HOPS_MAX);
        for (int i = hops.length - 1; i >= last; i--) {
            var hop = findHop(hops[i].strip());
            if (hop.isEmpty()) {
                return new Walk(client, false);
            }
            client = hop.get();
            if (!contains(client)) {
                return new Walk(client, true);
            }
        }
        return new Walk(client, last == 0);
    }

    /** Some proxies write the port too: {@code 203.0.113.9:4711}, {@code [2001:db8::1]:4711}. */
    private static Optional<IpAddress> findHop(String text) {
        int colon = text.lastIndexOf(':');
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            boolean whole = end == text.length() - 1 || (end >= 0 && colon == end + 1 && isPort(text, colon + 1));
            return whole ? IpAddress.find(text.substring(1, end)) : Optional.empty();
        }
        boolean port = colon >= 0 && text.indexOf(':') == colon && isPort(text, colon + 1);
        return IpAddress.find(port ? text.substring(0, colon) : text);
    }

    private static boolean isPort(String text, int start) {
        int digits = text.length() - start;
        return digits >= 1 && digits <= 5 && text.substring(start).chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
