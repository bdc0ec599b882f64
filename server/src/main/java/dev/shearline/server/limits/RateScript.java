package dev.shearline.server.limits;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import java.util.Objects;

/** What is said to Valkey: one script, which does for many limits in one call what a bucket does. */
final class RateScript {

    /**
     * Of each key: spent, amount, milliseconds of the period, what was consumed before, and whether that is to be believed. Returns what is consumed,
     * rounded up, or why it cannot be said; what is wrong with one key spoils no other.
     */
    private static final String TEXT = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + time[2] / 1000
            local function tell(key, at)
                local refill = ARGV[at + 1] / ARGV[at + 2]
                local known = redis.call('HMGET', key, 'consumed', 'at')
                local left = 0
                if known[1] then
                    left = math.max(0, known[1] - math.max(0, now - known[2]) * refill)
                end
                if ARGV[at + 4] == '1' or not known[1] then
                    left = math.max(left, tonumber(ARGV[at + 3]))
                end
                left = math.max(0, left + ARGV[at])
                redis.call('HSET', key, 'consumed', string.format('%.17g', left), 'at', string.format('%.17g', now))
                redis.call('PEXPIRE', key, string.format('%.0f', math.min(math.ceil(left / refill) + 1000, 1e14)))
                return math.ceil(left)
            end
            local consumed = {}
            for i, key in ipairs(KEYS) do
                local done, answer = pcall(tell, key, i * 5 - 4)
                consumed[i] = done and answer or (type(answer) == 'table' and answer.err or tostring(answer))
            end
            return consumed
            """;

    private static final String FIRST = "1";
    private static final String LATER = "0";

    private RateScript() {}

    /** What is consumed of one limit, or why Valkey does not say. */
    sealed interface Answer {

        record Consumed(long tokens) implements Answer {}

        record Refused(String why) implements Answer {}
    }

    static Request request(List<RateAllowance.Told> told) {
        var request = Request.cmd(Command.EVAL).arg(TEXT).arg(told.size());
        told.forEach(one -> request.arg(one.allowance().sharedName()));
        for (var one : told) {
            var limit = one.allowance().limit();
            request.arg(one.spent())
                    .arg(limit.amount())
                    .arg(limit.per().length().toMillis())
                    .arg(one.before())
                    .arg(one.first() ? FIRST : LATER);
        }
        return request;
    }

    /** The same for a limit of nobody, of which nothing is spent and which is gone after a second: whether it may be written. */
    static Request trial() {
        return Request.cmd(Command.EVAL)
                .arg(TEXT)
                .arg(1)
                .arg("shearline:trial")
                .arg(0)
                .arg(1)
                .arg(1)
                .arg(0)
                .arg(LATER);
    }

    static Answer answer(Response all, int index) {
        var one = all.get(index);
        return one.type() == ResponseType.NUMBER
                ? new Answer.Consumed(Objects.requireNonNull(one.toLong()))
                : new Answer.Refused(one.toString());
    }
}
