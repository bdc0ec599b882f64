package dev.shearline.client.testing;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** The changes, numbered, and the streams that tell of them; they lie if they are told to. */
final class FakeFeed {

    /** What ends a stream. */
    static final String END = "";

    record Position(long epoch, String tag) {

        String wire() {
            return epoch + "-" + tag;
        }
    }

    private record Change(Position at, List<String> ids) {}

    /** One listener. */
    static final class Stream {
        final BlockingQueue<String> out = new LinkedBlockingQueue<>();
        private Optional<Position> before = Optional.empty();

        private void send(String name, Position at, String more) {
            var after = before.map(last -> ",\"after\":\"" + last.wire() + "\"").orElse("");
            before = Optional.of(at);
            out.add("event: " + name + "\nid: " + at.wire() + "\ndata: {\"epoch\":" + at.epoch() + ",\"tag\":\""
                    + at.tag() + "\"" + more + after + "}\n\n");
        }
    }

    private final SecureRandom random = new SecureRandom();
    private final List<Stream> streams = new CopyOnWriteArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private Position head = new Position(1, tag());
    private boolean losing;
    private boolean silent;

    synchronized Position head() {
        return head;
    }

    synchronized int streams() {
        return streams.size();
    }

    synchronized Position change(List<String> ids) {
        head = new Position(head.epoch() + 1, tag());
        var change = new Change(head, ids);
        changes.add(change);
        streams.forEach(stream -> {
            if (losing) {
                // as a broken proxy would lose it: the next event names it all the same
                stream.before = Optional.of(head);
            } else if (!silent) {
                tell(stream, change);
            }
        });
        losing = false;
        return head;
    }

    private static void tell(Stream stream, Change change) {
        stream.send("change", change.at(), ",\"ids\":[\"" + String.join("\",\"", change.ids()) + "\"]");
    }

    synchronized void beat() {
        if (!silent) {
            streams.forEach(stream -> stream.send("heartbeat", head, ""));
        }
    }

    synchronized Stream open(Optional<String> last) {
        var stream = new Stream();
        var known = last.flatMap(this::find);
        if (known.isPresent()) {
            stream.before = known;
            changes.stream()
                    .filter(change -> change.at().epoch() > known.get().epoch())
                    .forEach(change -> tell(stream, change));
        } else if (last.isPresent()) {
            stream.send("reset", head, "");
        }
        if (!silent) {
            stream.send("heartbeat", head, "");
        }
        streams.add(stream);
        return stream;
    }

    private Optional<Position> find(String wire) {
        return wire.equals(head.wire())
                ? Optional.of(head)
                : changes.stream()
                        .map(Change::at)
                        .filter(at -> at.wire().equals(wire))
                        .findFirst();
    }

    void close(Stream stream) {
        streams.remove(stream);
    }

    synchronized void reset() {
        streams.forEach(stream -> {
            stream.before = Optional.empty();
            stream.send("reset", head, "");
        });
    }

    synchronized void raw(String text) {
        streams.forEach(stream -> stream.out.add(text));
    }

    synchronized void endAll() {
        streams.forEach(stream -> stream.out.add(END));
    }

    synchronized void loseNext() {
        losing = true;
    }

    /** @param on nothing is said to anybody until it is off; then what was not said is lost */
    synchronized void silence(boolean on) {
        silent = on;
        if (!on) {
            reset();
        }
    }

    private String tag() {
        var bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
