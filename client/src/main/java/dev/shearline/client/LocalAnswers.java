package dev.shearline.client;

import dev.shearline.token.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Answers from memory while that may be relied upon, and asks the server otherwise: once for all who ask the same. */
final class LocalAnswers {

    /** Threads that may be asking at once; further ones get no answer, which is better than none of them. */
    static final int ASKING_MAX = 512;

    /** For how long it is remembered that an answer must not be. */
    private static final long NOTHING_MILLIS = 60_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Verdict MALFORMED = new Verdict.Denied("malformed", Optional.empty(), Optional.empty());
    private static final Verdict STALE = new Verdict.Unavailable(
            "stale", "What is remembered is too old to be relied upon, and nobody was asked.", RETRY_AFTER);
    private static final Verdict.Unavailable OVERLOADED =
            new Verdict.Unavailable("overloaded", "Too many questions are on their way to the server.", RETRY_AFTER);
    private static final Verdict.Unavailable NO_ANSWER =
            new Verdict.Unavailable("unreachable", "The question of another thread has got no answer.", RETRY_AFTER);

    private static final Verdict.Unavailable TOO_LATE =
            new Verdict.Unavailable("unreachable", "The answer came too late to be relied upon.", RETRY_AFTER);

    private final AnswerMemory memory;
    private final Asker asker;
    private final UsageCounts counts;
    private final Clocks clocks;
    private final VerifierMetrics metrics;
    private final boolean asksWhenStale;
    private final Duration wait;
    private final Digesters digesters = new Digesters();
    private final ConcurrentHashMap<Asked, Flight> flights = new ConcurrentHashMap<>();
    private final Semaphore asking = new Semaphore(ASKING_MAX);

    /** @param wait for an answer that another thread has asked for */
    LocalAnswers(
            AnswerMemory memory,
            Asker asker,
            UsageCounts counts,
            Clocks clocks,
            VerifierMetrics metrics,
            boolean asksWhenStale,
            Duration wait) {
        this.memory = memory;
        this.asker = asker;
        this.counts = counts;
        this.clocks = clocks;
        this.metrics = metrics;
        this.asksWhenStale = asksWhenStale;
        this.wait = wait;
    }

    Verdict answer(Question question) {
        return answer(
                question.key().reveal(),
                question.requirement(),
                question.address().orElse(null),
                question.cost(),
                question);
    }

    Verdict answer(String key, Requirement requirement, @Nullable String address) {
        return answer(key, requirement, address, 1, null);
    }

    private Verdict answer(
            String key, Requirement requirement, @Nullable String address, int cost, @Nullable Question whole) {
        var asked = digesters.digest(key, requirement);
        if (asked == null) {
            return MALFORMED;
        }
        // freshness first, the clocks last: a thread that was stopped in between says nothing old, though memory is
        // fresh again by then
        var freshUntil = memory.freshUntil();
        var found = memory.find(asked);
        long nanos = clocks.nanos();
        long millis = clocks.millis();
        if (freshUntil == null || freshUntil.isOver(nanos, millis)) {
            if (!asksWhenStale) {
                metrics.refused();
                return STALE;
            }
            return ask(asked, question(key, requirement, address, whole));
        }
        if (found == null) {
            return ask(asked, question(key, requirement, address, whole));
        }
        if (found.isOver(nanos, millis)) {
            memory.forget(found);
            return ask(asked, question(key, requirement, address, whole));
        }
        var there = found.isNothing() ? null : found.from(address);
        if (there == null) {
            return askAlone(question(key, requirement, address, whole)).verdict;
        }
        if (whole == null || !whole.probe()) {
            counts.count(there, cost);
        }
        metrics.remembered();
        return there.verdict();
    }

    private static Question question(
            String key, Requirement requirement, @Nullable String address, @Nullable Question whole) {
        if (whole != null) {
            return whole;
        }
        var question = Question.about(Secret.of(key)).requiring(requirement);
        return address == null ? question : question.from(address);
    }

    // asking ----------------------------------------------------------------------------------------------------------

    /** A use with a name is a matter of its own, and so is whatever nobody else may share. */
    private Verdict ask(Asked asked, Question question) {
        if (question.useId().isPresent()) {
            return askAlone(question).verdict;
        }
        while (true) {
            var ticket = memory.ticket();
            var known = flights.get(asked);
            if (known != null && known.serves(ticket)) {
                return await(known, question);
            }
            var mine = new Flight(ticket);
            if (known == null ? flights.putIfAbsent(asked, mine) == null : flights.replace(asked, known, mine)) {
                return lead(asked, question, mine);
            }
        }
    }

    private Verdict lead(Asked asked, Question question, Flight flight) {
        Flight.Landed landed = new Flight.Landed.Failed(NO_ANSWER);
        try {
            var given = askAlone(question);
            landed = landed(asked, given, flight.ticket());
            return given.verdict;
        } catch (ShearlineException e) {
            // what is wrong with this question, such as its address, may be right with others
            landed = Flight.ALONE;
            throw e;
        } finally {
            flights.remove(asked, flight);
            flight.land(landed);
        }
    }

    private Flight.Landed landed(Asked asked, Given given, AnswerMemory.Ticket ticket) {
        if (given.answer == null) {
            return given.verdict instanceof Verdict.Unavailable failed
                    ? new Flight.Landed.Failed(failed)
                    : Flight.ALONE;
        }
        var answer = given.answer;
        boolean shared = answer.cacheable() && answer.isOfKnownKey() && !isByUnknownAddress(answer);
        if (shared) {
            var end = answer.forMillis().isPresent()
                    ? given.began.plusMillis(answer.forMillis().getAsLong())
                    : null;
            var remembered = Remembered.of(asked, answer, end);
            memory.remember(remembered, answer, ticket);
            return new Flight.Landed.Shared(remembered, given.began);
        }
        if (answer.isOfKnownKey()) {
            memory.remember(Remembered.nothing(asked, given.began.plusMillis(NOTHING_MILLIS)), answer, ticket);
        }
        return Flight.ALONE;
    }

    /** Refused by an address, without saying which ones are good: that says nothing of the next. */
    private static boolean isByUnknownAddress(RemoteAnswer answer) {
        return answer.cidrs().isEmpty() && answer.verdict().code().equals(RemoteAnswer.ADDRESS_NOT_ALLOWED);
    }

    private Verdict await(Flight flight, Question question) {
        Flight.Landed landed;
        try {
            landed = flight.landed().get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return NO_ANSWER;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NO_ANSWER;
        }
        if (landed instanceof Flight.Landed.Failed failed) {
            return failed.verdict();
        }
        if (landed instanceof Flight.Landed.Shared shared) {
            var there = shared.answer().from(question.address().orElse(null));
            long nanos = clocks.nanos();
            long millis = clocks.millis();
            if (there != null && !there.isOver(nanos, millis) && !memory.isTooLate(shared.began(), nanos, millis)) {
                if (!question.probe()) {
                    counts.count(there, question.cost());
                }
                metrics.remembered();
                return there.verdict();
            }
        }
        return askAlone(question).verdict;
    }

    /** What allows is believed only as long as memory would be: the network, or a sleep, may have held it back. */
    private Given given(Reply reply, Clocks.Moment began) {
        if (!(reply instanceof RemoteAnswer answer)) {
            return new Given(((Reply.NoAnswer) reply).verdict(), null, began);
        }
        boolean isDoubtful = answer.verdict().isAllowed() && memory.isTooLate(began, clocks.nanos(), clocks.millis());
        return isDoubtful ? new Given(TOO_LATE, null, began) : new Given(answer.verdict(), answer, began);
    }

    /** @param began before the question left */
    private record Given(Verdict verdict, @Nullable RemoteAnswer answer, Clocks.Moment began) {}

    private Given askAlone(Question question) {
        var began = clocks.now();
        if (!asking.tryAcquire()) {
            metrics.asked(OVERLOADED.code(), Duration.ZERO);
            return new Given(OVERLOADED, null, began);
        }
        try {
            var reply = asker.ask(question, memory.ticket().minEpoch());
            var given = given(reply, began);
            metrics.asked(given.verdict.code(), Duration.ofNanos(clocks.nanos() - began.nanos()));
            return given;
        } finally {
            asking.release();
        }
    }
}
