package dev.shearline.client;

import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** A local verifier that remembers so many keys, without a server: all that it does for an answer from memory, and nothing else. */
public final class RememberedKeys {

    private static final Requirement READ = Requirement.scopes("resources:read");
    private static final Position AT = new Position(1, "0000000000000001");
    private static final Duration BOUND = Duration.ofHours(1);
    private static final Duration LIFE = Duration.ofDays(90);
    private static final int ORGANIZATIONS = 1_000;

    private final AnswerMemory memory;
    private final UsageCounts counts = new UsageCounts();
    private final LocalAnswers answers;
    private final String[] keys;

    public RememberedKeys(int size) {
        memory = new AnswerMemory(size, BOUND.toMillis());
        answers = new LocalAnswers(
                memory,
                (_, _) -> {
                    throw new IllegalStateException("everything is remembered");
                },
                counts,
                Clocks.SYSTEM,
                VerifierMetrics.NONE,
                true,
                BOUND);
        memory.beginAnew();
        memory.take(new ChangeEvent(ChangeEvent.Kind.HEARTBEAT, AT, Optional.empty(), List.of()));
        memory.take(AT, Clocks.SYSTEM.now());
        keys = new String[size];
        fill();
    }

    private void fill() {
        var format = new KeyFormat(List.of("shl"));
        var random = new SecureRandom();
        var digesters = new Digesters();
        var interned = new Interned();
        var end = Clocks.SYSTEM.now().plusMillis(LIFE.toMillis());
        for (int i = 0; i < keys.length; i++) {
            var minted = format.mint(KeyMode.LIVE, KeyKind.SECRET, random);
            keys[i] = minted.secret().reveal();
            var answer = answer(minted.id().toString(), "org_%016d".formatted(i % ORGANIZATIONS), interned);
            var asked = Objects.requireNonNull(digesters.digest(keys[i], READ));
            memory.remember(Remembered.of(asked, answer, end), answer, memory.ticket());
        }
        if (memory.size() != keys.length) {
            throw new IllegalStateException("not all of them are remembered");
        }
    }

    private static RemoteAnswer answer(String id, String organization, Interned interned) {
        var owner = interned.one(Optional.of(new Holder(
                Optional.of("organization"), Optional.of(organization), Optional.of("ext-" + organization))));
        var key = new VerifiedKey(
                id,
                Optional.of("team"),
                Optional.of("live"),
                Optional.of("secret"),
                owner,
                interned.one(Optional.of(new Place(organization, Optional.of("ext-" + organization)))),
                owner,
                interned.one(List.of("resources:read", "resources:write")),
                Optional.of(Instant.EPOCH),
                Optional.empty());
        return new RemoteAnswer(
                new Verdict.Allowed(key),
                List.of(id, organization, "custom", "instance"),
                true,
                OptionalLong.of(LIFE.toMillis()),
                List.of(),
                AT);
    }

    /** A key as a request brings it: its characters have just been read. */
    public String key(int index) {
        return keys[index];
    }

    public Verdict verify(String key) {
        return answers.answer(key, READ, null);
    }

    /** What the reporter of usage does now and then. */
    public long takeCounts() {
        long[] sum = {0};
        counts.takeAll((_, _, count, _) -> sum[0] += count);
        return sum[0];
    }
}
