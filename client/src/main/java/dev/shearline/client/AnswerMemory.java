package dev.shearline.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered, up to where the changes are known, and until when that may be relied upon. The rules are those of
 * spec/local-verifier.md.
 *
 * <p>Answers are found without a lock. Everything else, an answer that comes, a change, the head, happens one after another under it: an
 * answer is remembered only if no change that is known has come after it, and a change that comes later finds it there.
 *
 * <p><b>Freshness.</b> That the stream speaks proves nothing: what it says may have lain somewhere for a minute. So the server is asked
 * for its head. Once the stream has come as far, everything that was so when the question left is known here, and is good for the bound
 * from that moment on.
 */
final class AnswerMemory {

    /** Changes that are kept to be compared with answers that were on their way meanwhile. */
    static final int RECENT_MAX = 4_096;

    /** With what a question goes out; an answer that comes back when this has changed is not remembered. */
    record Ticket(int generation, Optional<Position> position) {

        long minEpoch() {
            return position.map(Position::epoch).orElse(0L);
        }
    }

    private record Recent(long epoch, List<String> ids) {}

    /** A head that the stream has not reached yet. */
    private record Head(Clocks.Moment asked, Position at) {}

    private final int max;
    private final long boundMillis;
    private final ConcurrentHashMap<Asked, Remembered> answers = new ConcurrentHashMap<>();

    private final Map<String, Dependents> dependents = new HashMap<>();
    private final List<@Nullable Remembered> slots = new ArrayList<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final ArrayDeque<Recent> recent = new ArrayDeque<>();
    private int hand;
    /** Of what came after this all is in recent. */
    private long recentSince;

    private @Nullable Head head;
    private volatile Ticket ticket = new Ticket(0, Optional.empty());
    private volatile Clocks.@Nullable Moment freshUntil;

    AnswerMemory(int max, long boundMillis) {
        this.max = max;
        this.boundMillis = boundMillis;
    }

    // asking ----------------------------------------------------------------------------------------------------------

    boolean isFresh(long nanos, long millis) {
        var until = freshUntil;
        return until != null && !until.isOver(nanos, millis);
    }

    /** Whether what was asked for then is older than the bound: a revocation may have been complete since. */
    boolean isTooLate(Clocks.Moment asked, long nanos, long millis) {
        return asked.plusMillis(boundMillis).isOver(nanos, millis);
    }

    @Nullable
    Remembered find(Asked asked) {
        var found = answers.get(asked);
        if (found != null && !found.used) {
            found.used = true;
        }
        return found;
    }

    Ticket ticket() {
        return ticket;
    }

    int size() {
        return answers.size();
    }

    /** Until when what is found from now on may be said: to be read before it is found. */
    Clocks.@Nullable Moment freshUntil() {
        return freshUntil;
    }

    /**
     * Remembers an answer, if nothing that is known contradicts it.
     *
     * @param asked with which its question went out
     */
    synchronized void remember(Remembered answer, RemoteAnswer from, Ticket asked) {
        var position = ticket.position();
        if (asked.generation() != ticket.generation() || position.isEmpty()) {
            return;
        }
        if (position.get().contradicts(from.position())) {
            forgetHistory();
            return;
        }
        if (!hasChangedSince(from.position().epoch(), position.get().epoch(), from.dependsOn())) {
            put(answer, from.dependsOn());
        }
    }

    private boolean hasChangedSince(long answered, long known, List<String> ids) {
        if (answered >= known) {
            return false;
        }
        if (answered < recentSince) {
            return true;
        }
        for (var each = recent.descendingIterator(); each.hasNext(); ) {
            var change = each.next();
            if (change.epoch() <= answered) {
                return false;
            }
            if (!Collections.disjoint(change.ids(), ids)) {
                return true;
            }
        }
        return false;
    }

    private void put(Remembered answer, List<String> ids) {
        var before = answers.get(answer);
        if (before != null) {
            drop(before);
        }
        answer.slot = place();
        slots.set(answer.slot, answer);
        answer.used = true;
        answer.dependents = new Dependents[ids.size()];
        for (int i = 0; i < answer.dependents.length; i++) {
            answer.dependents[i] = dependents.computeIfAbsent(ids.get(i), Dependents::new);
            answer.dependents[i].add(answer);
        }
        answers.put(answer, answer);
    }

    /** A free place; where there is none, that of an answer that was not asked for since the hand has passed it. */
    private int place() {
        var known = free.poll();
        if (known != null) {
            return known;
        }
        if (slots.size() < max) {
            slots.add(null);
            return slots.size() - 1;
        }
        while (true) {
            hand = hand + 1 == max ? 0 : hand + 1;
            var there = Objects.requireNonNull(slots.get(hand), "no place is free");
            if (!there.used) {
                drop(there);
                return free.pop();
            }
            there.used = false;
        }
    }

    /** Time has ended it. */
    synchronized void forget(Remembered answer) {
        drop(answer);
    }

    private void drop(Remembered answer) {
        if (answer.forgotten || answer.slot < 0) {
            return;
        }
        answer.forgotten = true;
        answers.remove(answer);
        slots.set(answer.slot, null);
        free.push(answer.slot);
        for (var each : answer.dependents) {
            if (each.forgotten()) {
                dependents.remove(each.id);
            }
        }
    }

    // following -------------------------------------------------------------------------------------------------------

    /** A stream begins that does not go on where the last one ended: nothing is known any more. */
    synchronized void beginAnew() {
        forgetHistory();
    }

    /** Nobody follows any more: nothing is relied upon again. */
    synchronized void stop() {
        forgetHistory();
    }

    /** What a client that comes back asks to go on from. */
    Optional<Position> position() {
        return ticket.position();
    }

    /**
     * Takes an event of the stream.
     *
     * @return empty, or why the stream cannot be believed: then everything is forgotten
     */
    synchronized Optional<String> take(ChangeEvent event) {
        if (event.kind() == ChangeEvent.Kind.RESET) {
            forgetHistory();
            begin(event.at());
            return Optional.empty();
        }
        var doubt = doubt(event);
        if (doubt.isPresent()) {
            forgetHistory();
            return doubt;
        }
        if (ticket.position().isEmpty()) {
            begin(event.at());
        }
        event.ids().forEach(this::changed);
        if (event.kind() == ChangeEvent.Kind.CHANGE) {
            if (recent.size() == RECENT_MAX) {
                recentSince = recent.removeFirst().epoch();
            }
            recent.addLast(new Recent(event.at().epoch(), event.ids()));
        }
        ticket = new Ticket(ticket.generation(), Optional.of(event.at()));
        return confirmHead();
    }

    private Optional<String> doubt(ChangeEvent event) {
        var known = ticket.position();
        if (!event.after().equals(known)) {
            return Optional.of("an event does not follow the one before it");
        }
        if (known.isPresent() && event.at().epoch() < known.get().epoch()) {
            return Optional.of("the stream goes back");
        }
        if (known.isPresent() && known.get().contradicts(event.at())) {
            return Optional.of("the stream is of another history");
        }
        return Optional.empty();
    }

    private void changed(String id) {
        var all = dependents.get(id);
        if (all != null) {
            all.takeAll().forEach(this::drop);
        }
    }

    private void begin(Position at) {
        ticket = new Ticket(ticket.generation(), Optional.of(at));
        recentSince = at.epoch();
    }

    private void forgetHistory() {
        answers.clear();
        for (var each : slots) {
            if (each != null) {
                each.forgotten = true;
            }
        }
        slots.clear();
        free.clear();
        dependents.clear();
        recent.clear();
        hand = 0;
        head = null;
        freshUntil = null;
        ticket = new Ticket(ticket.generation() + 1, Optional.empty());
    }

    // the head --------------------------------------------------------------------------------------------------------

    /** Whether the next head would say anything: one that the stream has not reached yet stays, while it is of use. */
    synchronized boolean wantsHead(Clocks.Moment now) {
        return ticket.position().isPresent()
                && (head == null || head.asked().plusMillis(boundMillis).isOver(now.nanos(), now.millis()));
    }

    /**
     * The server was as far as this, or further, when it was asked.
     *
     * @return empty, or why the stream cannot be believed
     */
    synchronized Optional<String> take(Position at, Clocks.Moment asked) {
        if (ticket.position().isEmpty()) {
            return Optional.empty();
        }
        head = new Head(asked, at);
        return confirmHead();
    }

    private Optional<String> confirmHead() {
        var waiting = head;
        var known = ticket.position();
        if (waiting == null || known.isEmpty() || !known.get().isAtLeast(waiting.at())) {
            return Optional.empty();
        }
        if (known.get().contradicts(waiting.at())) {
            forgetHistory();
            return Optional.of("the stream and the server are of different histories");
        }
        head = null;
        freshUntil = waiting.asked().plusMillis(boundMillis);
        return Optional.empty();
    }
}
