package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The addresses of the connections that have asked last: a connection has one address, which need not be read anew for each request. */
final class Peers {

    private static final int KNOWN = 1024;

    private record Peer(SocketAddress socket, IpAddress address) {}

    private final AtomicReferenceArray<Peer> known = new AtomicReferenceArray<>(KNOWN);

    IpAddress of(SocketAddress socket) {
        int place = System.identityHashCode(socket) % KNOWN;
        var peer = known.getPlain(place);
        if (peer != null && isSame(peer.socket, socket)) {
            return peer.address;
        }
        var address = read(socket);
        known.setPlain(place, new Peer(socket, address));
        return address;
    }

    /** The very object: each connection has its own. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(SocketAddress one, SocketAddress other) {
        return one == other;
    }

    private static IpAddress read(SocketAddress socket) {
        var text = socket.hostAddress();
        int zone = text.indexOf('%');
        return IpAddress.find(zone < 0 ? text : text.substring(0, zone)).orElseThrow();
    }
}
