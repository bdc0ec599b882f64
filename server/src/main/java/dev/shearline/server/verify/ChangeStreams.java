package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.FeedListener;
import dev.shearline.server.feed.FeedNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells every open stream what has changed, after this node has applied it. Recent entries are kept so that a client that comes back goes
 * on where it was; one that has been away for longer, or whose history is another, begins anew.
 */
final class ChangeStreams implements FeedListener {

    static final int RECENT_MAX = 10_000;

    private final FeedNode feed;
    private final Object order = new Object();
    private final ArrayDeque<FeedEntry> recent = new ArrayDeque<>();
    /** The position before the first recent entry. */
    private Epoch before = Epoch.NONE;
    /** The position up to which the streams have been told everything: the feed's own runs ahead of that. */
    private Epoch told = Epoch.NONE;

    private final Set<ChangeStream> streams = ConcurrentHashMap.newKeySet();

    ChangeStreams(FeedNode feed) {
        this.feed = feed;
    }

    @Override
    public void applied(List<FeedEntry> entries) {
        synchronized (order) {
            for (var entry : entries) {
                if (recent.size() == RECENT_MAX) {
                    before = recent.removeFirst().epoch();
                }
                recent.addLast(entry);
                told = entry.epoch();
            }
            streams.forEach(stream -> stream.changed(entries));
        }
    }

    @Override
    public void reset(Epoch position) {
        synchronized (order) {
            recent.clear();
            before = position;
            told = position;
            streams.forEach(stream -> stream.reset(position));
        }
    }

    /** Nothing is missed between what is replayed and what follows. */
    void add(ChangeStream stream, Optional<Epoch> last) {
        synchronized (order) {
            var missed = last.flatMap(this::findSince);
            if (missed.isPresent()) {
                last.ifPresent(stream::resume);
            } else if (last.isPresent()) {
                stream.reset(told);
            }
            stream.changed(missed.orElse(List.of()));
            stream.heartbeat(told);
            streams.add(stream);
        }
    }

    Epoch told() {
        synchronized (order) {
            return told;
        }
    }

    void remove(ChangeStream stream) {
        streams.remove(stream);
    }

    /** Called now and then: who may not listen any longer is told to forget everything, the others hear that we are here. */
    void beat() {
        synchronized (order) {
            boolean fresh = feed.freshness().isFresh();
            streams.forEach(stream -> {
                if (fresh) {
                    stream.heartbeat(told);
                } else {
                    stream.close();
                }
            });
        }
    }

    /** What came after a position; empty when nobody here knows. */
    private Optional<List<FeedEntry>> findSince(Epoch last) {
        if (last.equals(before)) {
            return Optional.of(List.copyOf(recent));
        }
        var since = new ArrayList<FeedEntry>();
        boolean found = false;
        for (var entry : recent) {
            if (found) {
                since.add(entry);
            }
            found |= entry.epoch().equals(last);
        }
        return found ? Optional.of(since) : Optional.empty();
    }
}
