package dev.shearline.server.idempotency;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.secrets.HeldEncryption;
import dev.shearline.server.secrets.Purpose;
import dev.shearline.token.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Answers requests that return a secret, each at most once for one {@code Idempotency-Key}.
 *
 * <p>A repeated request finds the row of the first and gets the same secret, by whichever node. A concurrent one waits for it. The row is
 * made and filled in the transaction that makes the thing, so there is never one without the other. See docs/decisions/0007.
 */
public final class Idempotency {

    public static final String HEADER = "Idempotency-Key";
    public static final String REPLAYED = "Idempotency-Replayed";

    static final Duration KEPT = Duration.ofMinutes(10);
    static final int HEADER_CHARACTERS_MIN = 22;
    static final int HEADER_CHARACTERS_MAX = 255;
    /** How often a taken place is looked at again: it can expire or be cleaned between two looks. */
    private static final int TRIES_MAX = 3;

    private final Database database;
    private final Changes changes;
    private final Json json;
    private final InstantSource clock;
    private final AnswerStore store = new AnswerStore();
    private final AnswerCipher cipher;

    public Idempotency(Database database, Changes changes, Json json, SecureRandom random, InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.json = json;
        this.clock = clock;
        this.cipher = new AnswerCipher(new HeldEncryption(new Purpose("idempotent-answer"), random));
    }

    /** The fields of an answer as they were, beside an epoch, a tag and a propagation that are measured anew. */
    private record Kept(@JsonAnyGetter Map<String, JsonNode> fields) {
        Kept {
            fields = new LinkedHashMap<>(fields);
        }
    }

    /**
     * 201 with what the work makes, or with what it made before.
     *
     * @param operation what is done to what: the same header for another one is another request
     */
    public Response created(
            Request request, Caller caller, String operation, Function<Attempt, ? extends Changed<?>> work) {
        return created(request, caller, operation, work, this::propagated);
    }

    /** The same of a thing that no node holds in memory: there is nothing to wait for. */
    public Response createdAlone(
            Request request, Caller caller, String operation, Function<Attempt, ? extends Attempt.Made> work) {
        return created(request, caller, operation, work, kept -> kept);
    }

    private Response created(
            Request request, Caller caller, String operation, Function<Attempt, ?> work, Function<Kept, Object> again) {
        var repeatable = repeatable(request, caller, operation);
        if (repeatable.isEmpty()) {
            return Response.created(work.apply(Attempt.UNKEYED));
        }
        var asked = repeatable.get();
        for (int attempt = 1; attempt <= TRIES_MAX; attempt++) {
            var kept = find(asked);
            if (kept.isPresent()) {
                return Response.created(again.apply(opened(asked, kept.get()))).withHeader(REPLAYED, "true");
            }
            try {
                return Response.created(work.apply(new KeyedAttempt(asked, store, cipher, json, clock)));
            } catch (KeyedAttempt.TakenException e) {
                // whoever took it has committed: the next look finds it
            }
        }
        throw Problem.of(ProblemCode.CONFLICT, "The same request is being answered: repeat it.")
                .asException();
    }

    private Optional<AnswerStore.Stored> find(Repeatable asked) {
        return database.read(
                TenantContext.whole(asked.actor(), asked.home()), tx -> store.find(tx, asked, clock.instant()));
    }

    private Kept opened(Repeatable asked, AnswerStore.Stored kept) {
        var opened = cipher.open(asked, kept.salt().getBytes(), kept.sealed().getBytes())
                .orElseThrow(() -> Problem.of(
                                ProblemCode.IDEMPOTENCY_KEY_TAKEN,
                                "Another credential of yours has made " + kept.made()
                                        + " with this Idempotency-Key, and only it can have the secret again: rotate "
                                        + kept.made() + ".")
                        .asException());
        return switch (opened) {
            case AnswerCipher.Opened.OtherRequest _ ->
                throw Problem.of(
                                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                                "This Idempotency-Key came with another request before: draw a new one for each request.")
                        .asException();
            case AnswerCipher.Opened.Answer(var answer) -> read(answer.getBytes());
        };
    }

    private Kept read(byte[] bytes) {
        var fields = new LinkedHashMap<String, JsonNode>();
        json.mapper().readTree(bytes).properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return new Kept(fields);
    }

    private Changed<Kept> propagated(Kept kept) {
        var nothingNew = new Committed<>(kept, List.of(), System.nanoTime());
        return changes.propagate(nothingNew, FeedNode.WIDENING_WAIT);
    }

    private static Optional<Repeatable> repeatable(Request request, Caller caller, String operation) {
        return request.singleHeader(HEADER).map(header -> {
            if (header.length() < HEADER_CHARACTERS_MIN
                    || header.length() > HEADER_CHARACTERS_MAX
                    || !header.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw Problem.of(
                                ProblemCode.INVALID_IDEMPOTENCY_KEY,
                                "Send an Idempotency-Key of " + HEADER_CHARACTERS_MIN + " to " + HEADER_CHARACTERS_MAX
                                        + " visible ASCII characters that nobody can guess, such as a random UUID.")
                        .asException();
            }
            return new Repeatable(
                    caller.actor(),
                    Secret.of(header),
                    request.credential().orElseThrow(),
                    operation,
                    request.body().getBytes());
        });
    }
}
