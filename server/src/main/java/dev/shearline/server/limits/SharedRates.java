package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rate limits that all nodes share, through Valkey or Redis. No verification waits for it: each draws from its node's bucket, and a thread of its own
 * tells Valkey every few milliseconds what was drawn, of many limits in one call, hears what all nodes have drawn, and levels the bucket with that.
 *
 * <p>Valkey keeps for each limit how much of the burst is consumed, refilled by its own clock; more than the burst is a debt that has to be refilled first.
 * So what nodes grant too much within one interval they lack in the next.
 *
 * <p>While Valkey is away buckets do what the settings say; the thread tries again until it is there. Then each node first tells what it has consumed as far
 * as it knows, so that a Valkey that has forgotten everything gives no second burst.
 */
public final class SharedRates implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(10);
    static final Duration RECONNECT_PAUSE = Duration.ofMillis(250);
    static final Duration ANSWER_WAIT = Duration.ofSeconds(1);
    /** After so long without anything to tell it is asked whether it is still there. */
    static final Duration IDLE_MAX = Duration.ofSeconds(1);

    /** How often up to a batch of those limits is asked for that were used lately. */
    static final Duration ASK_INTERVAL = Duration.ofMillis(100);

    static final int BATCH_MAX = 500;

    private static final Logger log = LoggerFactory.getLogger(SharedRates.class);

    private final Vertx vertx;
    private final Settings.Valkey valkey;
    private final Sharing sharing;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final RecentRates recent = new RecentRates();
    private final Thread teller;
    private boolean failing;
    private boolean refusing;

    public SharedRates(Vertx vertx, Settings.Valkey valkey, Limits limits) {
        this.vertx = vertx;
        this.valkey = valkey;
        this.sharing = limits.sharing();
        this.teller = Thread.ofPlatform().name("shared-rates").daemon().unstarted(this::run);
    }

    public void start() {
        teller.start();
    }

    private void run() {
        try {
            do {
                share();
            } while (!closing.await(RECONNECT_PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Over one connection, until it ends. Tells a failure once, not with each attempt. */
    private void share() throws InterruptedException {
        var client = Redis.createClient(vertx, options(valkey));
        try {
            var connection = connected(client);
            sharing.reached();
            failing = false;
            refusing = false;
            log.info("rate limits are shared through {}", valkey);
            tell(connection);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            if (!failing) {
                failing = true;
                log.warn(
                        "{} cannot be used, which shares rate limits: until it can they are {} ({})",
                        valkey,
                        sharing.without().meaning(),
                        reason(valkey, e));
            }
        } finally {
            sharing.lost();
            var _ = client.close();
        }
    }

    /** One that may write, for a replica answers too. */
    private static RedisConnection connected(Redis client)
            throws InterruptedException, ExecutionException, TimeoutException {
        var connection = answered(client.connect());
        tryToWrite(connection);
        return connection;
    }

    private static void tryToWrite(RedisConnection connection)
            throws InterruptedException, ExecutionException, TimeoutException {
        var answer = Objects.requireNonNull(answered(connection.send(RateScript.trial())), "no answer");
        if (RateScript.answer(answer, 0) instanceof RateScript.Answer.Refused(var why)) {
            throw new RefusedException(why);
        }
    }

    /** Signs in to Valkey and writes what is gone after a second; why that cannot be done, if so. */
    public static Optional<String> findFault(Settings.Valkey valkey) {
        var vertx = Vertx.vertx();
        try {
            var _ = connected(Redis.createClient(vertx, options(valkey)));
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return Optional.of(reason(valkey, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } finally {
            var _ = vertx.close();
        }
    }

    /** What Valkey has said, in one line, which is not to hold what it was told. */
    private static String reason(Settings.Valkey valkey, Exception failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        var line = Optional.ofNullable(cause.getMessage())
                .flatMap(text -> text.lines().findFirst())
                .orElse(cause.getClass().getSimpleName());
        return valkey.password()
                .map(password -> line.replace(password.reveal(), "…"))
                .orElse(line);
    }

    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String why) {
            super(why);
        }
    }

    private static RedisOptions options(Settings.Valkey valkey) {
        var net = new NetClientOptions()
                .setConnectTimeout((int) ANSWER_WAIT.toMillis())
                .setTcpNoDelay(true);
        if (valkey.tls()) {
            net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
        }
        var options = new RedisOptions()
                .setNetClientOptions(net)
                .setConnectionString((valkey.tls() ? "rediss" : "redis") + "://" + valkey.host() + ":" + valkey.port()
                        + "/" + valkey.database());
        valkey.user().ifPresent(options::setUser);
        valkey.password().map(Secret::reveal).ifPresent(options::setPassword);
        return options;
    }

    private void tell(RedisConnection connection) throws InterruptedException, ExecutionException, TimeoutException {
        long heardAt = System.nanoTime();
        long askedAt = heardAt;
        boolean full = false;
        while (!closing.await(full ? 0 : INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            if (now - askedAt > ASK_INTERVAL.toNanos()) {
                recent.ask(BATCH_MAX, now);
                askedAt = now;
            }
            var told = sharing.used(BATCH_MAX).stream().map(RateAllowance::tell).toList();
            full = told.size() == BATCH_MAX;
            if (!told.isEmpty()) {
                told.stream().filter(one -> one.spent() != 0).forEach(one -> recent.used(one.allowance(), now));
                var answers = answered(connection.send(RateScript.request(told)));
                level(connection, told, Objects.requireNonNull(answers, "no answer"));
                heardAt = now;
            } else if (now - heardAt > IDLE_MAX.toNanos()) {
                tryToWrite(connection);
                heardAt = now;
            }
        }
    }

    /** What is refused of one limit is said once, and takes nothing from the others. */
    private void level(RedisConnection connection, List<RateAllowance.Told> told, Response answers)
            throws InterruptedException, ExecutionException, TimeoutException {
        var refused = new ArrayList<String>();
        for (int i = 0; i < told.size(); i++) {
            var allowance = told.get(i).allowance();
            switch (RateScript.answer(answers, i)) {
                case RateScript.Answer.Consumed(long tokens) -> allowance.level(tokens);
                case RateScript.Answer.Refused(var why) -> {
                    allowance.tellAll();
                    refused.add(allowance.sharedName() + ": " + why);
                }
            }
        }
        if (refused.size() == told.size()) {
            tryToWrite(connection);
        }
        if (!refused.isEmpty() && !refusing) {
            refusing = true;
            log.warn(
                    "of {} rate limits Valkey refuses {}, such as {}", told.size(), refused.size(), refused.getFirst());
        }
    }

    private static <T extends @Nullable Object> T answered(Future<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(ANSWER_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            teller.join(ANSWER_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
