package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

    static final int BATCH_MAX = 500;

    private static final Logger log = LoggerFactory.getLogger(SharedRates.class);

    /** Of each key: spent, amount, milliseconds of the period, and what was consumed before. Returns what is consumed, rounded up. */
    private static final String SCRIPT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + time[2] / 1000
            local consumed = {}
            for i, key in ipairs(KEYS) do
                local at = i * 4 - 3
                local refill = ARGV[at + 1] / ARGV[at + 2]
                local known = redis.call('HMGET', key, 'consumed', 'at')
                local left = 0
                if known[1] then
                    left = math.max(0, known[1] - math.max(0, now - known[2]) * refill)
                end
                left = math.max(0, math.max(left, tonumber(ARGV[at + 3])) + ARGV[at])
                redis.call('HSET', key, 'consumed', string.format('%.6f', left), 'at', string.format('%.3f', now))
                redis.call('PEXPIRE', key, math.ceil(left / refill) + 1000)
                consumed[i] = math.ceil(left)
            end
            return consumed
            """;

    private final Vertx vertx;
    private final Settings.Valkey valkey;
    private final Sharing sharing;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread teller;

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
        boolean quiet = false;
        try {
            do {
                boolean reached = share(quiet);
                quiet = !reached;
            } while (!closing.await(RECONNECT_PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Over one connection, until it ends; false when there was none. Tells a failure once, not with each attempt. */
    private boolean share(boolean quiet) throws InterruptedException {
        var client = Redis.createClient(vertx, options());
        boolean reached = false;
        try {
            var connection = answered(client.connect());
            var _ = answered(connection.send(Request.cmd(Command.PING)));
            sharing.reached();
            reached = true;
            log.info("rate limits are shared through {}", valkey);
            tell(connection);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            if (!quiet) {
                log.warn(
                        "{} cannot be reached, which shares rate limits: until it is there they are {} ({})",
                        valkey,
                        sharing.without().meaning(),
                        e.getClass().getSimpleName());
            }
        } finally {
            sharing.lost();
            var _ = client.close();
        }
        return reached;
    }

    private RedisOptions options() {
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
        long askedAt = System.nanoTime();
        while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
            var told = sharing.used(BATCH_MAX).stream()
                    .map(allowance -> allowance.tell(sharing))
                    .toList();
            if (!told.isEmpty()) {
                var consumed = answered(connection.send(request(told)));
                if (consumed == null) {
                    throw new IllegalStateException("no answer");
                }
                level(told, consumed);
                askedAt = System.nanoTime();
            } else if (System.nanoTime() - askedAt > IDLE_MAX.toNanos()) {
                var _ = answered(connection.send(Request.cmd(Command.PING)));
                askedAt = System.nanoTime();
            }
        }
    }

    private static Request request(List<RateAllowance.Told> told) {
        var request = Request.cmd(Command.EVAL).arg(SCRIPT).arg(told.size());
        told.forEach(one -> request.arg(one.allowance().sharedName()));
        for (var one : told) {
            var limit = one.allowance().limit();
            request.arg(one.spent())
                    .arg(limit.amount())
                    .arg(limit.per().length().toMillis())
                    .arg(one.before());
        }
        return request;
    }

    private static void level(List<RateAllowance.Told> told, Response consumed) {
        for (int i = 0; i < told.size(); i++) {
            told.get(i).allowance().level(Objects.requireNonNull(consumed.get(i).toLong()));
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
