package dev.shearline.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP connection that can be cut and joined: between a node and its database. */
public final class Wire implements AutoCloseable {

    private final ServerSocket listener;
    private volatile InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean joined;

    private Wire(ServerSocket listener, InetSocketAddress target, boolean joined) {
        this.listener = listener;
        this.target = target;
        this.joined = joined;
    }

    /** To a port of this machine; cut from the beginning if not joined. */
    public static Wire to(int port, boolean joined) {
        try {
            var wire = new Wire(
                    new ServerSocket(0, 100, InetAddress.getLoopbackAddress()),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    joined);
            Thread.startVirtualThread(wire::accept);
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Every connection ends now, and no new one gets through. */
    public void cut() {
        joined = false;
        sockets.forEach(Wire::close);
    }

    /** Connections that come about from now on lead to this port. */
    public void leadTo(int port) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public void join() {
        joined = true;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var near = listener.accept();
                if (!joined) {
                    near.close();
                    continue;
                }
                var far = new Socket();
                try {
                    far.connect(target);
                } catch (IOException e) {
                    near.close();
                    continue;
                }
                sockets.add(near);
                sockets.add(far);
                Thread.startVirtualThread(() -> pump(near, far));
                Thread.startVirtualThread(() -> pump(far, near));
                if (!joined) {
                    cut();
                }
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // cut
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
