package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.OwnPostgres;
import dev.shearline.server.testing.Pipeline;
import dev.shearline.server.testing.ProxyProcess;
import dev.shearline.server.testing.ServerProcess;
import dev.shearline.server.testing.TestCertificate;
import dev.shearline.server.testing.TestSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three nodes, each a process of its own, on one PostgreSQL and behind nginx. Callers ask thousands of times a second, through nginx and each
 * node itself, while keys are revoked one after the other and things go wrong. A trial is a verdict on a key whose revocation was answered
 * {@code complete}, or whose {@code dead_by} is over, before it was asked for.
 */
class ThreeNodesTest {

    private static final Logger LOG = LoggerFactory.getLogger(ThreeNodesTest.class);

    private static final int NODES = 3;
    private static final int CALLERS_OF_NGINX = 3;
    private static final int TRIALS = 100_000;
    private static final int A_SECOND = 5_000;
    private static final int BATCH = 20;
    private static final int ANSWERS_BETWEEN_REVOCATIONS = 300;
    private static final int NEWEST = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final TestCertificate CERTIFICATE = TestCertificate.make("keys.example.com", "EC");

    /** A question, and what may be answered if anything is. */
    private record Question(String text, String expected) {}

    /** A key that is dead from then on. */
    private record Dying(Question question, Instant deadBy) {}

    @TempDir
    private Path directory;

    private final Pace pace = new Pace();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong trials = new AtomicLong();
    private final AtomicLong complete = new AtomicLong();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final List<Question> dead = new CopyOnWriteArrayList<>();
    private final Queue<Dying> dying = new ConcurrentLinkedQueue<>();

    @Test
    void what_was_revoked_is_refused_by_every_node_whatever_goes_wrong_meanwhile() throws Exception {
        try (var postgres = OwnPostgres.in(directory);
                var nodes = new Nodes(TestSchema.createOn(postgres.postgres()), directory);
                var nginx = ProxyProcess.ofTheGuide(directory, nodes.ports(), CERTIFICATE);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var acme = nodes.api(0)
                    .put("/v1/organizations/ext:acme", Map.of("name", "Acme"))
                    .at("id");
            var verifier = secret(issue(nodes.api(0), acme, "keys:verify").expect(201));
            var good = new Question(
                    Pipeline.verification(
                            verifier,
                            secret(issue(nodes.api(0), acme, "sessions:read").expect(201))),
                    "allowed");
            try {
                long began = System.nanoTime();
                for (int i = 0; i < NODES; i++) {
                    int port = nodes.ports().get(i);
                    threads.execute(() -> call(good, () -> new Socket(InetAddress.getLoopbackAddress(), port)));
                }
                var factory = TestCertificate.trusting(CERTIFICATE).getSocketFactory();
                for (int i = 0; i < CALLERS_OF_NGINX; i++) {
                    threads.execute(() -> call(
                            good,
                            () -> factory.createSocket(
                                    "localhost", nginx.uri("/").getPort())));
                }
                threads.execute(() -> revokeOneAfterTheOther(nodes, acme, verifier));
                goOn("all is well");
                nodes.kill(0);
                goOn("a node was killed");
                nodes.start(0);
                goOn("it was started again");
                postgres.restart();
                goOn("PostgreSQL was restarted");
                pace.lift();
                Eventually.isTrue(TRIALS + " trials", PATIENCE, () -> trials.get() >= TRIALS || !wrong.isEmpty());
                tell(began);
                requireRefusedByEveryNode(nodes);
            } finally {
                enough.set(true);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Revocations become complete, as ever. */
    private void goOn(String after) {
        long before = complete.get();
        Eventually.isTrue(after, PATIENCE, () -> complete.get() > before + 2 || !wrong.isEmpty());
    }

    private void tell(long began) {
        double seconds = (System.nanoTime() - began) / 1e9;
        LOG.info(
                "{} verdicts in {} s ({} a second), {} of them trials; {} questions without a verdict; {} revocations complete",
                answered,
                Math.round(seconds),
                Math.round(answered.get() / seconds),
                trials,
                unanswered,
                complete);
    }

    private void requireRefusedByEveryNode(Nodes nodes) throws IOException {
        var keys = List.copyOf(dead);
        for (int port : nodes.ports()) {
            try (var pipeline = new Pipeline(new Socket(InetAddress.getLoopbackAddress(), port))) {
                assertThat(pipeline.ask(keys.stream().map(Question::text).toList()))
                        .allMatch(answer -> answer.code().equals("revoked"));
            }
        }
    }

    // callers ---------------------------------------------------------------------------------------------------------

    private interface Connecting {
        Socket connect() throws IOException;
    }

    private void call(Question good, Connecting connecting) {
        while (!enough.get()) {
            pace.take(BATCH);
            try (var pipeline = new Pipeline(connecting.connect())) {
                while (!enough.get()) {
                    var questions = draw(good);
                    var answers =
                            pipeline.ask(questions.stream().map(Question::text).toList());
                    for (int i = 0; i < BATCH; i++) {
                        judge(questions.get(i), answers.get(i));
                    }
                    pace.take(BATCH);
                }
            } catch (IOException e) {
                // the node was killed, or nginx has had enough of this connection
                unanswered.addAndGet(BATCH);
            }
        }
    }

    /** Of those that are dead when it is drawn, every other one a new one. */
    private List<Question> draw(Question good) {
        var random = ThreadLocalRandom.current();
        int count = dead.size();
        var questions = new ArrayList<>(List.of(good));
        while (questions.size() < BATCH) {
            int from = random.nextBoolean() ? Math.max(0, count - NEWEST) : 0;
            questions.add(count == 0 ? good : dead.get(random.nextInt(from, count)));
        }
        return questions;
    }

    private void judge(Question question, Pipeline.Answer answer) {
        if (answer.status() >= 500) {
            unanswered.incrementAndGet();
            return;
        }
        answered.incrementAndGet();
        if (!answer.code().equals(question.expected())) {
            wrong.add(answer + " instead of " + question.expected());
        } else if (question.expected().equals("revoked")) {
            trials.incrementAndGet();
        }
    }

    // revocations -----------------------------------------------------------------------------------------------------

    private void revokeOneAfterTheOther(Nodes nodes, String acme, String verifier) {
        for (int turn = 0; !enough.get(); turn++) {
            long before = answered.get() + unanswered.get();
            try {
                var made = issue(nodes.api(turn % NODES), acme, "sessions:read");
                if (made.status() == 201) {
                    revoke(
                            nodes,
                            turn,
                            made.at("id"),
                            new Question(Pipeline.verification(verifier, secret(made)), "revoked"));
                }
            } catch (UncheckedIOException e) {
                LOG.debug("the node is down", e);
            }
            dying.removeIf(key -> Instant.now().isAfter(key.deadBy()) && dead.add(key.question()));
            Eventually.isTrue(
                    "callers go on",
                    () -> enough.get() || answered.get() + unanswered.get() >= before + ANSWERS_BETWEEN_REVOCATIONS);
        }
    }

    /** Until somebody says that it is done. */
    private void revoke(Nodes nodes, int turn, String id, Question question) {
        for (int i = turn; !enough.get(); i++) {
            try {
                var answer = nodes.api(i % NODES).post("/v1/keys/" + id + "/revoke");
                if (answer.status() == 200) {
                    if (answer.at("propagation/complete").equals("true")) {
                        dead.add(question);
                        complete.incrementAndGet();
                    } else if (!answer.at("propagation/dead_by").isEmpty()) {
                        dying.add(new Dying(question, Instant.parse(answer.at("propagation/dead_by"))));
                    }
                    return;
                }
            } catch (UncheckedIOException e) {
                LOG.debug("the node is down", e);
            }
            pace.take(BATCH);
        }
    }

    private static Api.Answer issue(Api api, String organization, String scope) {
        return api.post(
                "/v1/keys",
                Map.of("type", "team", "name", "test", "organization", organization, "scopes", List.of(scope)));
    }

    private static String secret(Api.Answer made) {
        return made.at("secret");
    }

    /** So many questions a second, all callers together. */
    private static final class Pace {

        private final AtomicLong next = new AtomicLong(System.nanoTime());
        private volatile boolean lifted;

        void take(int questions) {
            long now = System.nanoTime();
            long due = next.accumulateAndGet(
                    questions * TimeUnit.SECONDS.toNanos(1) / A_SECOND, (last, add) -> Math.max(last, now) + add);
            for (long left = due - System.nanoTime(); left > 0 && !lifted; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        /** From now on as fast as it goes. */
        void lift() {
            lifted = true;
        }
    }

    /** Each with a port and a directory that it keeps; the last one is never told of a change before its next poll. */
    private static final class Nodes implements AutoCloseable {

        private final List<NodeSettings> settings;
        private final List<ServerProcess> running;

        Nodes(TestSchema schema, Path directory) {
            var common = new NodeSettings(schema, directory)
                    .with(Setting.FEED_MAX_STALENESS, "2s")
                    .with(Setting.TRUSTED_PROXIES, "127.0.0.1/32");
            settings = IntStream.range(0, NODES)
                    .mapToObj(
                            i -> common.forNode("node-" + i).with(Setting.FEED_WAKE_UP, i == NODES - 1 ? "off" : "on"))
                    .toList();
            running = new CopyOnWriteArrayList<>(
                    settings.parallelStream().map(ServerProcess::start).toList());
            IntStream.range(0, NODES).forEach(i -> settings.get(i).with(Setting.LISTEN, "127.0.0.1:" + ports().get(i)));
        }

        List<Integer> ports() {
            return running.stream().map(node -> node.api().base().getPort()).toList();
        }

        Api api(int i) {
            return running.get(i).api();
        }

        void kill(int i) {
            running.get(i).kill();
        }

        void start(int i) {
            running.set(i, ServerProcess.start(settings.get(i)));
        }

        @Override
        public void close() {
            running.forEach(ServerProcess::close);
        }
    }
}
