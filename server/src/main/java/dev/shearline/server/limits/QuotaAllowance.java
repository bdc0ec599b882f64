package dev.shearline.server.limits;

import java.util.concurrent.TimeUnit;

/** What is left of a quota: its amount, less what is counted in the period that runs. */
final class QuotaAllowance implements Allowance {

    private static final long DAYS_OF_A_MONTH = 30;

    private final String name;
    private final Quota quota;
    private final QuotaCount count;

    QuotaAllowance(String level, Quota quota, QuotaCount count) {
        this.name = level + "-quota";
        this.quota = quota;
        this.count = count;
    }

    @Override
    public Reading take(Cost cost) {
        while (true) {
            var known = count.known();
            var before = count.at(known, cost.at());
            if (before.amount() + cost.amount() > quota.amount()) {
                return reading(before, false, cost);
            }
            var after = before.and(cost.amount());
            if (count.replace(known, after)) {
                return reading(after, true, cost);
            }
        }
    }

    @Override
    public Reading look(Cost cost) {
        var before = count.at(count.known(), cost.at());
        return reading(before, before.amount() + cost.amount() <= quota.amount(), cost);
    }

    private Reading reading(QuotaCount.Used counted, boolean granted, Cost cost) {
        long reset = quota.refill() == Quota.Refill.NONE
                ? Reading.NEVER
                : counted.in().end() - cost.at();
        long retry = cost.amount() > quota.amount() ? Reading.NEVER : reset;
        return new Reading(
                name,
                true,
                quota.amount(),
                granted,
                Math.max(0, quota.amount() - counted.amount()),
                reset,
                granted ? 0 : retry);
    }

    @Override
    public void giveBack(Cost cost) {
        count.giveBack(cost.amount(), cost.at());
    }

    @Override
    public String policy() {
        var policy = "\"" + name + "\";q=" + quota.amount();
        return switch (quota.refill()) {
            case DAY -> policy + ";w=" + TimeUnit.DAYS.toSeconds(1);
            case MONTH -> policy + ";w=" + TimeUnit.DAYS.toSeconds(DAYS_OF_A_MONTH);
            case NONE -> policy;
        };
    }
}
