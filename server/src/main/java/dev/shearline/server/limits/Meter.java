package dev.shearline.server.limits;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is left of all limits of one thing. */
final class Meter {

    private final LimitSet set;
    private final List<Allowance> allowances;
    private final String policies;

    Meter(LimitSet set, List<Allowance> allowances) {
        this.set = set;
        this.allowances = List.copyOf(allowances);
        this.policies = allowances.stream().map(Allowance::policy).collect(Collectors.joining(", "));
    }

    LimitSet set() {
        return set;
    }

    Stream<RateAllowance> rates() {
        return allowances.stream().filter(RateAllowance.class::isInstance).map(RateAllowance.class::cast);
    }

    String policies() {
        return policies;
    }

    /** Takes the cost from all of them or from none. */
    Reading take(Cost cost) {
        var tightest = allowances.getFirst().take(cost);
        for (int i = 1; i < allowances.size() && tightest.granted(); i++) {
            tightest = tightest.tighter(allowances.get(i).take(cost));
            if (!tightest.granted()) {
                giveBack(i, cost);
            }
        }
        return tightest;
    }

    Reading look(Cost cost) {
        var tightest = allowances.getFirst().look(cost);
        for (int i = 1; i < allowances.size(); i++) {
            tightest = tightest.tighter(allowances.get(i).look(cost));
        }
        return tightest;
    }

    void giveBack(Cost cost) {
        giveBack(allowances.size(), cost);
    }

    private void giveBack(int first, Cost cost) {
        for (int i = 0; i < first; i++) {
            allowances.get(i).giveBack(cost);
        }
    }
}
