package dev.shearline.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/** A TCP connection that can be cut and joined: between a node and its database. */
public final class Wire implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listener;
    private volatile InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean joined;
    private volatile Optional<String> lossy = Optional.empty();
    private volatile String lost = "COMMIT";
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch silence = new CountDownLatch(0);

    /** Both directions of a connection, which wait for this before they pass anything on. */
    private static final class Link {
        private volatile CountDownLatch silence = new CountDownLatch(0);
    }

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

    /** What is sent from now on does not arrive; no connection ends, and new ones come about and hear nothing. */
    public void fallSilent() {
        silence = new CountDownLatch(1);
        links.forEach(link -> link.silence = silence);
    }

    /** What has not arrived arrives, as it does over TCP once packets get through again. */
    public void speak() {
        links.forEach(link -> link.silence.countDown());
        silence.countDown();
    }

    /** The same to connections that come about from now on. Those there are say nothing any more, as those that TCP tries again only after long. */
    public void speakAnew() {
        silence = new CountDownLatch(0);
    }

    /**
     * The next transaction with this statement is committed, and nobody hears of it: when the server has said so the wire is cut.
     *
     * @param statement a part of its text, which goes over the wire while a connection has not prepared it
     */
    public void loseCommitOf(String statement) {
        loseAnswer("COMMIT", statement);
    }

    /** The same of a statement that commits by itself: the server says what kind it was. */
    public void loseAnswer(String kind, String statement) {
        lost = kind;
        lossy = Optional.of(statement);
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
                var link = new Link();
                links.add(link);
                link.silence = silence;
                sockets.add(near);
                sockets.add(far);
                var losing = new AtomicBoolean();
                Thread.startVirtualThread(() -> pump(link, near, far, bytes -> {
                    if (lossy.filter(bytes::contains).isPresent()) {
                        losing.set(true);
                    }
                    return true;
                }));
                Thread.startVirtualThread(() -> pump(link, far, near, bytes -> !losing.get() || !bytes.contains(lost)));
                if (!joined) {
                    cut();
                }
            } catch (IOException e) {
                // closed
            }
        }
    }

    /** @param passes what is not to pass ends the whole wire */
    private void pump(Link link, Socket from, Socket to, Predicate<String> passes) {
        var buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            var in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                link.silence.await();
                if (!passes.test(new String(buffer, 0, read, StandardCharsets.ISO_8859_1))) {
                    lossy = Optional.empty();
                    cut();
                    return;
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // cut
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            links.remove(link);
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
        speak();
        cut();
    }
}
