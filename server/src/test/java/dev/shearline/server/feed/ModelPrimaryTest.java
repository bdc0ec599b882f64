package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelState.NodeRow;
import dev.shearline.server.verify.DirectoryLooks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class ModelPrimaryTest extends PrimaryContract {

    private final VirtualTime time = new VirtualTime(1);
    private final Weather weather = calm();
    private final ModelServer server = new ModelCluster(time, weather, Flaw.NONE, FeedLog.KEEP).primary();
    private final Primary.Line line = new ModelPrimary(
                    time,
                    weather,
                    Flaw.NONE,
                    () -> server,
                    new DirectoryLooks(Clock.systemUTC()).replica(),
                    _ -> {},
                    _ -> {})
            .open();

    private Weather calm() {
        var weather = new Weather(time.random);
        weather.calm();
        return weather;
    }

    @Override
    Primary.Line line() {
        return line;
    }

    @Override
    UUID commit() {
        return done(server.append());
    }

    @Override
    UnderWay begin() {
        weather.nextCommit(TimeUnit.HOURS.toNanos(1));
        var committed = server.append();
        return () -> done(committed);
    }

    private <T> T done(CompletableFuture<T> answer) {
        time.awaitDone(answer, Long.MAX_VALUE);
        return answer.join();
    }

    @Override
    UnderWay holdCounter() {
        return server.hold(ModelServer.COUNTER)::run;
    }

    @Override
    UnderWay holdRow(NodeId id) {
        return server.hold(id.value())::run;
    }

    @Override
    void age(long from, Duration by) {
        server.edit(state ->
                state.aged(entry -> entry.epoch().isEmpty() || entry.hasNumber(n -> n.number() >= from), by));
    }

    @Override
    void lapse(NodeId id, Duration since) {
        server.edit(state -> state.withNodes(nodes -> {
            nodes.computeIfPresent(
                    id.value(),
                    (_, row) ->
                            new NodeRow(row.applied(), row.stalenessMillis(), server.nowMillis() - since.toMillis()));
            return nodes;
        }));
    }

    @Override
    Instant leaseUntil(NodeId id) {
        return Instant.ofEpochMilli(
                Objects.requireNonNull(server.state().nodes().get(id.value())).leaseUntilMillis());
    }
}
