package dev.shearline.server.plans;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import dev.shearline.server.orgs.Settable;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Which plan an organization has, what is agreed with it besides, and how much of it is used. */
public final class OrganizationPlans {

    private final Database database;
    private final Changes changes;
    private final References references;
    private final InstantSource clock;
    private final StoredJson json;
    private final EntitlementStore store;
    private final PlanStore plans;

    public OrganizationPlans(
            Database database, Changes changes, References references, Json json, InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.references = references;
        this.clock = clock;
        this.json = new StoredJson(json);
        this.store = new EntitlementStore(this.json);
        this.plans = new PlanStore(this.json);
    }

    /**
     * What is to change; what is left out stays.
     *
     * @param overrides merged into those that are there: null takes away, one of them or all
     */
    record Patch(Optional<String> plan, Settable<JsonNode> overrides) {}

    OrganizationPlan get(Caller caller, Ref ref) {
        var organization = references.resolveOrganizationOfOld(caller, ref);
        return database.read(
                TenantContext.whole(caller.actor(), organization), tx -> shown(tx, organization, clock.instant()));
    }

    /** Keys that are over go on: the answer lists them. */
    Changed<OrganizationPlan> update(Caller caller, Ref ref, Patch patch) {
        var organization = references.resolveOrganizationOfOld(caller, ref);
        Operators.require(caller, "say which plan an organization has");
        var committed = changes.commit(caller, organization, tx -> {
            var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            var row = store.lock(tx, organization).orElseThrow(Plans::notFound);
            if (!row.open()) {
                throw Problem.of(ProblemCode.INVALID_STATE, "The organization is closed, which is final.")
                        .asException();
            }
            var before = row.assigned();
            var after = new EntitlementStore.Assigned(
                    patch.plan().map(plan -> held(tx, plan)).orElse(before.plan()),
                    overrides(before.overrides(), patch.overrides()));
            if (!after.equals(before)) {
                record(tx, caller, organization, before, after, store.assign(tx, organization, after, now));
            }
            return shown(tx, organization, now);
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** It stays until this is committed. */
    private String held(Tx tx, String plan) {
        return plans.hold(tx, plan)
                .map(PlanDefinition::id)
                .orElseThrow(() -> Problem.invalidField(
                                "plan", "There is no plan of this id: /v1/plans lists those that there are.")
                        .asException());
    }

    private Overrides overrides(Overrides before, Settable<JsonNode> given) {
        return switch (given) {
            case Settable.Unset<?> _ -> before;
            case Settable.Cleared<?> _ -> Overrides.NONE;
            case Settable.Set<JsonNode>(var patch) ->
                json.merged(new Agreed(before), json.tree(Map.of("overrides", patch)), Agreed.class)
                        .overrides()
                        .tidied();
        };
    }

    /** Around the overrides, so that what is wrong with them is named by its whole path. */
    private record Agreed(Overrides overrides) {}

    private void record(
            Tx tx,
            Caller caller,
            OrganizationId organization,
            EntitlementStore.Assigned before,
            EntitlementStore.Assigned after,
            int version) {
        var event = AuditEvent.of(organization, "organization.plan_changed", organization.value())
                .with("plan", List.of(before.plan(), after.plan()))
                .with("overrides", List.of(json.write(before.overrides()), json.write(after.overrides())));
        changes.record(
                tx,
                caller,
                event,
                Change.in(organization, ChangeKind.ORGANIZATION_CHANGED, organization.value(), version));
    }

    private OrganizationPlan shown(Tx tx, OrganizationId organization, Instant now) {
        var assigned = store.findAssigned(tx, organization).orElseThrow(Plans::notFound);
        var plan = plans.find(tx, assigned.plan()).orElseThrow(Plans::notFound);
        var terms = plan.terms().with(assigned.overrides());
        var used = store.count(tx, organization, Arrays.asList(KeyType.values()), now);
        return new OrganizationPlan(
                organization,
                plan.id(),
                plan.title(),
                assigned.overrides(),
                terms.keyTypes(),
                terms.slots(),
                PerType.by(type -> Optional.of(used.getOrDefault(type, 0))),
                over(terms, used, store.countTooLong(tx, organization, terms, now)));
    }

    private static List<OrganizationPlan.Over> over(
            PlanTerms terms, Map<KeyType, Integer> used, Map<KeyType, Integer> tooLong) {
        var over = new ArrayList<OrganizationPlan.Over>();
        used.forEach((type, number) -> {
            var included = terms.of(type);
            if (included.isEmpty()) {
                over.add(new OrganizationPlan.Over(
                        type, OrganizationPlan.Excess.TYPE, number, Optional.of(0), Optional.empty()));
            } else if (included.get().maxKeys().isExceededBy(number)) {
                over.add(new OrganizationPlan.Over(
                        type,
                        OrganizationPlan.Excess.NUMBER,
                        number,
                        Optional.of(included.get().maxKeys().number().orElseThrow()),
                        Optional.empty()));
            }
        });
        tooLong.forEach((type, number) -> over.add(new OrganizationPlan.Over(
                type,
                OrganizationPlan.Excess.LIFETIME,
                number,
                Optional.empty(),
                terms.of(type).map(TypeTerms::maxLifetime))));
        return over;
    }
}
