package dev.shearline.server.notify;

import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses this server calls because somebody has asked it to: those of the open internet, and those that whoever runs it has
 * allowed. Nobody makes it reach into the network that it stands in.
 */
final class OutboundAddresses {

    /** Private, shared, loopback, link-local (where clouds keep their metadata), documentation, benchmarks, multicast, reserved. */
    private static final List<Cidr> REFUSED_V4 = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4")
            .map(OutboundAddresses::block)
            .toList();

    private static final Cidr GLOBAL_V6 = block("2000::/3");

    /** Of what is global: protocols and tunnels that lead to an IPv4 address, and documentation. */
    private static final List<Cidr> REFUSED_V6 = Stream.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
            .map(OutboundAddresses::block)
            .toList();

    private final List<Cidr> allowed;

    OutboundAddresses(List<Cidr> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    private static Cidr block(String text) {
        return Cidr.find(text).orElseThrow(() -> new IllegalStateException("not a block: " + text));
    }

    /** An IPv4 address that is written as IPv6 is the IPv4 address. */
    boolean permits(IpAddress address) {
        return isAllowListed(address) || isOpen(address);
    }

    boolean isAllowListed(IpAddress address) {
        return allowed.stream().anyMatch(block -> block.contains(address));
    }

    private static boolean isOpen(IpAddress address) {
        return address.v6()
                ? GLOBAL_V6.contains(address) && REFUSED_V6.stream().noneMatch(block -> block.contains(address))
                : REFUSED_V4.stream().noneMatch(block -> block.contains(address));
    }
}
