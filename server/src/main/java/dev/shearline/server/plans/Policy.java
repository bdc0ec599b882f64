package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What an organization allows itself of what its plan allows.
 *
 * @param unusedDisableAfterDays after how long keys that nobody uses are disabled
 * @param unusedWarningDays how long before that it is said
 * @param rotationDueAfterDays how old a key may become before it should be rotated
 */
public record Policy(
        Optional<PerType<TypePolicy>> keyTypes,
        Optional<Integer> unusedDisableAfterDays,
        Optional<Integer> unusedWarningDays,
        Optional<Integer> rotationDueAfterDays) {

    static final Policy NONE = new Policy(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    static final int DAYS_MAX = 3_650;
    static final int WARNING_USUAL = 7;

    /** When unused keys are warned of and disabled. */
    public record Idle(Duration disabledAfter, Duration warnedBefore) {}

    public Policy {
        keyTypes.ifPresent(types -> types.map((type, policy) -> {
            TypePolicy.check(type, policy);
            return type;
        }));
        requireDays("unused_disable_after_days", 2, unusedDisableAfterDays);
        requireDays("rotation_due_after_days", 1, rotationDueAfterDays);
        requireDays("unused_warning_days", 1, unusedWarningDays);
        if (unusedWarningDays.isPresent() && unusedWarningDays.get() >= unusedDisableAfterDays.orElse(0)) {
            throw TypePolicy.invalid("unused_warning_days", "must be less than \"unused_disable_after_days\"");
        }
    }

    private static void requireDays(String field, int least, Optional<Integer> days) {
        days.filter(number -> number < least || number > DAYS_MAX).ifPresent(_ -> {
            throw TypePolicy.invalid(field, "must be a whole number from " + least + " to " + DAYS_MAX);
        });
    }

    public Optional<TypePolicy> of(KeyType type) {
        return keyTypes.flatMap(types -> types.of(type));
    }

    public Optional<Idle> idle() {
        return unusedDisableAfterDays.map(days -> new Idle(
                Duration.ofDays(days), Duration.ofDays(unusedWarningDays.orElse(Math.min(WARNING_USUAL, days - 1)))));
    }

    /** All scopes that it names. */
    List<ScopeSet> scopes() {
        return Arrays.stream(KeyType.values())
                .map(this::of)
                .flatMap(Optional::stream)
                .flatMap(policy ->
                        Arrays.stream(Role.values()).map(policy::scopesOf).flatMap(Optional::stream))
                .toList();
    }

    /** Without what says nothing. */
    Policy tidied() {
        return new Policy(
                keyTypes.filter(types -> !types.equals(PerType.none())),
                unusedDisableAfterDays,
                unusedWarningDays,
                rotationDueAfterDays);
    }
}
