package dev.shearline.server.verify;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.Position;
import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.Json;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.FirstUses;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.ParsedKey;
import dev.shearline.token.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;

/**
 * The steps of one verification between the bytes of the question and the bytes of the answer, each by itself, over random keys of a
 * directory that was loaded from PostgreSQL. In this package because the steps are.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
public class JudgeBenchmark {

    /** System properties by which the parent says what to load. */
    public static final String DATABASE = "bench.database";

    public static final String KEYS = "bench.keys-file";
    public static final String TOKEN = "bench.token-file";

    private static final Epoch AT = new Epoch(1, 1);

    private final KeyFormat format = new KeyFormat(List.of("shl"));
    private final QuestionJson.Rules rules = new QuestionJson.Rules(false, format);
    private final Json json = new Json();
    private final InstantSource clock = Clock.systemUTC();
    private final SplittableRandom random = new SplittableRandom(1);
    private final IpAddress address = IpAddress.find("127.0.0.1").orElseThrow();
    private final Directory directory = new Directory(clock, Long.MAX_VALUE);
    private final Judge judge = new Judge(format, directory, clock);
    private final DirectoryAuthenticator authenticator;
    private final Secret token;
    private final Actor caller;
    private final List<String> keys;
    private final List<KeyDigest> digests = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private final List<Buffer> bodies = new ArrayList<>();

    public JudgeBenchmark() {
        try {
            var node = new NodeDatabase(address(System.getProperty(DATABASE).split(" ", -1)));
            load(node);
            authenticator = new DirectoryAuthenticator(
                    directory,
                    new KeyUses(new LastUsed(node), new FirstUses((_, _) -> {})),
                    new ReadThrough(directory, node, new SimpleMeterRegistry()),
                    clock);
            token = Secret.of(
                    Files.readString(Path.of(System.getProperty(TOKEN))).strip());
            keys = Files.readAllLines(Path.of(System.getProperty(KEYS)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        caller = ((Authentication.Authenticated) authenticator.authenticate(token, address)).actor();
        var scopes = new ScopeSet(List.of(new Scope("resources:read")));
        for (var key : keys) {
            digests.add(KeyDigest.of(key));
            questions.add(new Question(
                    Secret.of(key),
                    scopes,
                    false,
                    null,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    1,
                    false,
                    true,
                    "",
                    "",
                    0));
            bodies.add(Buffer.buffer("{\"key\":\"" + key + "\",\"scopes\":[\"resources:read\"]}"));
        }
        var verdict = judge.judge(caller, questions.getFirst(), System.currentTimeMillis());
        if (!(verdict instanceof Verdict.Allowed)) {
            throw new IllegalStateException("not allowed: " + verdict);
        }
    }

    private static DatabaseAddress address(String[] parts) {
        return new DatabaseAddress(parts[0], Integer.parseInt(parts[1]), parts[2], parts[3], Secret.of(parts[4]));
    }

    private void load(NodeDatabase node) {
        try (var handle = node.open()) {
            handle.inTransaction(
                            TransactionIsolationLevel.REPEATABLE_READ,
                            snapshot -> directory.load(snapshot, Position.head(snapshot)))
                    .show();
        }
    }

    private int any() {
        return random.nextInt(keys.size());
    }

    /** Shape and checksum. */
    @Benchmark
    public ParsedKey parse() {
        return format.parse(keys.get(any()));
    }

    /** SHA-256. */
    @Benchmark
    public KeyDigest digest() {
        return KeyDigest.of(keys.get(any()));
    }

    /** A key that is there. */
    @Benchmark
    public @Nullable Object lookUp() {
        return directory.keys().find(digests.get(any()));
    }

    /** A digest that is not there. */
    @Benchmark
    public @Nullable Object lookUpMissing() {
        var digest = digests.get(any());
        return directory.keys().find(new KeyDigest(digest.a() ^ 1L << 40, digest.b(), digest.c(), digest.d()));
    }

    /** Who asks. */
    @Benchmark
    public Object authenticate() {
        return authenticator.authenticate(token, address);
    }

    /** Parse, digest, lookup and every check. */
    @Benchmark
    public Object judge() {
        return judge.judge(caller, questions.get(any()), System.currentTimeMillis());
    }

    /** The bytes of the question. */
    @Benchmark
    public Object readQuestion() {
        try (var parser = json.parser(bodies.get(any()))) {
            return QuestionJson.readOne(parser, rules);
        }
    }

    /** From the bytes of the question to those of the answer, the caller's key too. */
    @Benchmark
    public Object whole() {
        var actor = ((Authentication.Authenticated) authenticator.authenticate(token, address)).actor();
        Question question;
        try (var parser = json.parser(bodies.get(any()))) {
            question = QuestionJson.readOne(parser, rules);
        }
        long now = System.currentTimeMillis();
        var verdict = (Verdict) judge.judge(actor, question, now);
        var answer = new AnswerBytes();
        VerdictJson.write(answer, verdict, AT, now);
        return answer.toBuffer();
    }
}
