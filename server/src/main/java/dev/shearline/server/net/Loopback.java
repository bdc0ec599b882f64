package dev.shearline.server.net;

/** Names and addresses that lead to this machine itself and to no other. */
public final class Loopback {

    private Loopback() {}

    /** @param host a name or an address, an IPv6 one with or without brackets */
    public static boolean isMeantBy(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return host.equalsIgnoreCase("localhost")
                || IpAddress.find(bracketed ? host.substring(1, host.length() - 1) : host)
                        .filter(IpAddress::isLoopback)
                        .isPresent();
    }
}
