package dev.shearline.server.plans;

import dev.shearline.server.identity.OrganizationId;
import java.util.Optional;

/** The policy of an organization as it is shown. */
public record OrganizationPolicy(
        OrganizationId organization,
        Optional<PerType<TypePolicy>> keyTypes,
        Optional<Integer> unusedDisableAfterDays,
        Optional<Integer> unusedWarningDays,
        Optional<Integer> rotationDueAfterDays) {

    static OrganizationPolicy of(OrganizationId organization, Policy policy) {
        return new OrganizationPolicy(
                organization,
                policy.keyTypes(),
                policy.unusedDisableAfterDays(),
                policy.unusedWarningDays(),
                policy.rotationDueAfterDays());
    }
}
