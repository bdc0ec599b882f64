package dev.shearline.server.verify;

import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.http.EventStream;
import dev.shearline.server.http.ServerSentEvent;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One listener's view of the changes: the ids that it may know of. A client that reads too slowly loses what it had and is told so with a
 * reset; one whose credential has died or has other rights now gets a reset and the end.
 */
final class ChangeStream {

    private final EventStream events;
    private final Directory directory;
    private final Actor caller;
    private final Supplier<Optional<Actor>> again;
    private boolean lagging;
    /** The last event that was sent, or with which the client has come back; each event names the one before it. */
    private Optional<Epoch> before = Optional.empty();

    /** @param again who the caller is by now; empty once its credential is not good any more */
    ChangeStream(EventStream events, Directory directory, Actor caller, Supplier<Optional<Actor>> again) {
        this.events = events;
        this.directory = directory;
        this.caller = caller;
        this.again = again;
    }

    /** The client goes on after this position. */
    synchronized void resume(Epoch last) {
        before = Optional.of(last);
    }

    synchronized void changed(List<FeedEntry> entries) {
        if (!entries.isEmpty() && endIfChanged(entries.getLast().epoch())) {
            return;
        }
        for (var entry : entries) {
            var ids = visibleIds(entry);
            if (!ids.isEmpty()) {
                send("change", entry.epoch(), ",\"ids\":[\"" + String.join("\",\"", ids) + "\"]");
            }
        }
    }

    synchronized void heartbeat(Epoch head) {
        if (!endIfChanged(head)) {
            send("heartbeat", head, "");
        }
    }

    synchronized void reset(Epoch head) {
        before = Optional.empty();
        send("reset", head, "");
    }

    synchronized void drained(Epoch head) {
        lagging = false;
        reset(head);
    }

    synchronized void close() {
        events.close();
    }

    private boolean endIfChanged(Epoch head) {
        var now = again.get();
        boolean same = now.isPresent() && now.get().scopes().equals(caller.scopes());
        if (!same) {
            reset(head);
            events.close();
        }
        return !same;
    }

    private void send(String name, Epoch at, String more) {
        if (lagging) {
            return;
        }
        var after = before.map(last -> ",\"after\":\"" + last.wire() + "\"").orElse("");
        var data = "{\"epoch\":" + at.number() + ",\"tag\":\"" + at.tagWire() + "\"" + more + after + "}";
        lagging = !events.send(new ServerSentEvent(name, Optional.of(at.wire()), data));
        before = Optional.of(at);
    }

    private List<String> visibleIds(FeedEntry entry) {
        var kind = entry.kind().orElse(ChangeKind.GENESIS);
        var own = caller.organizationOf();
        return switch (kind) {
            case GENESIS -> List.of();
            case CATALOG_CHANGED -> List.of(Change.INSTANCE);
            case PLAN_CHANGED -> List.of(entry.target());
            // answers depend on memberships, and a user's change reaches all of them
            case USER_CHANGED, USER_DISABLED -> directory.membershipsOf(entry.target(), own);
            default -> mayKnow(entry, own) ? List.of(entry.target()) : List.of();
        };
    }

    private static boolean mayKnow(FeedEntry entry, Optional<OrganizationId> own) {
        return own.isEmpty() || own.equals(entry.organization());
    }
}
