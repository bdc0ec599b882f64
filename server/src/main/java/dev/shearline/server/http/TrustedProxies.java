package dev.shearline.server.http;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import java.util.List;

/** The proxies whose word about a request is taken: the address it came from and its id. */
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
        if (!contains(peer)) {
            return peer;
        }
        var client = peer;
        var hops = String.join(",", forwardedFor).split(",", -1);
        int last = Math.max(0, hops.length - HttpLimits.FORWARDED_HOPS_MAX);
        for (int i = hops.length - 1; i >= last; i--) {
            var hop = IpAddress.find(hops[i].strip());
            if (hop.isEmpty()) {
                return client;
            }
            client = hop.get();
            if (!contains(client)) {
                return client;
            }
        }
        return client;
    }
}
