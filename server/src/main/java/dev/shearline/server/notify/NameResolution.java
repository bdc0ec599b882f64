package dev.shearline.server.notify;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks the name service for the addresses of a host. May block. */
@FunctionalInterface
interface NameResolution {

    NameResolution OF_SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    List<InetAddress> resolve(String host) throws UnknownHostException;
}
