package dev.shearline.server.http;

import dev.shearline.server.net.Loopback;
import java.util.ArrayList;
import java.util.List;

/**
 * The names under which an instance is called. Any other name in {@code Host} was meant for somebody else, or stands in front of a page
 * that leads a browser to an address where it should not be (DNS rebinding). Few, and compared without making a string.
 */
public final class HostNames {

    public static final HostNames ANY = new HostNames(List.of(), true);
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final String[] names;
    private final boolean any;

    private HostNames(List<String> names, boolean any) {
        this.names = names.toArray(String[]::new);
        this.any = any;
    }

    /**
     * @param listen where this node listens: on the loopback interface every spelling of that is a name, elsewhere none is
     * @param publicHost of the public URL
     * @param further without ports, IPv6 addresses in brackets
     */
    public static HostNames of(String listen, String publicHost, List<String> further) {
        var names = new ArrayList<String>();
        names.add(publicHost);
        names.addAll(further);
        if (Loopback.isMeantBy(listen)) {
            names.addAll(LOOPBACK);
            names.add(listen);
        }
        return new HostNames(names.stream().distinct().toList(), false);
    }

    /** Whatever the port: a proxy or a container has another one than we do. */
    boolean contain(String host) {
        if (any) {
            return true;
        }
        for (var name : names) {
            if (host.regionMatches(true, 0, name, 0, name.length()) && isPort(host, name.length())) {
                return true;
            }
        }
        return false;
    }

    /** Nothing, or a colon and digits. */
    private static boolean isPort(String host, int from) {
        if (from == host.length()) {
            return true;
        }
        boolean port = host.charAt(from) == ':';
        for (int i = from + 1; i < host.length(); i++) {
            port &= host.charAt(i) >= '0' && host.charAt(i) <= '9';
        }
        return port;
    }
}
