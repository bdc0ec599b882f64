package dev.shearline.server.plans;

import java.util.Optional;

/**
 * How many sessions, such as tunnels, may be open at a time.
 *
 * @param ciToken by each ci token
 * @param developers by all other keys of an organization together
 */
public record Slots(Allowance ciToken, Allowance developers) {

    static final Slots USUAL = new Slots(Allowance.of(10), Allowance.UNLIMITED);

    /** What may be chosen; what is left out is as usual, or, in an override, as in the plan. */
    public record Choice(Optional<Allowance> ciToken, Optional<Allowance> developers) {}

    Slots with(Choice choice) {
        return new Slots(choice.ciToken().orElse(ciToken), choice.developers().orElse(developers));
    }
}
