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
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** The policies of organizations: read by whoever sees the organization, made by its owners. */
public final class Policies {

    private final Database database;
    private final Changes changes;
    private final References references;
    private final Catalog catalog;
    private final InstantSource clock;
    private final StoredJson json;
    private final PolicyStore store;

    public Policies(
            Database database,
            Changes changes,
            References references,
            Catalog catalog,
            Json json,
            InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.references = references;
        this.catalog = catalog;
        this.clock = clock;
        this.json = new StoredJson(json);
        this.store = new PolicyStore(this.json);
    }

    OrganizationPolicy get(Caller caller, Ref ref) {
        var organization = references.resolveOrganizationOfOld(caller, ref);
        return database.read(TenantContext.whole(caller.actor(), organization), tx -> store.find(tx, organization))
                .map(policy -> OrganizationPolicy.of(organization, policy))
                .orElseThrow(Plans::notFound);
    }

    /** Whatever it was before. */
    Changed<OrganizationPolicy> put(Caller caller, Ref ref, Policy policy) {
        return change(caller, ref, _ -> policy);
    }

    /** Merged into what is there: what is left out stays, null takes away. */
    Changed<OrganizationPolicy> update(Caller caller, Ref ref, JsonNode patch) {
        return change(caller, ref, before -> json.merged(before, patch, Policy.class));
    }

    private Changed<OrganizationPolicy> change(Caller caller, Ref ref, UnaryOperator<Policy> change) {
        var organization = references.resolveOrganizationOfOld(caller, ref);
        requireWhole(caller, organization);
        var committed = changes.commit(caller, organization, tx -> {
            var row = store.lock(tx, organization).orElseThrow(Plans::notFound);
            if (!row.open()) {
                throw Problem.of(ProblemCode.INVALID_STATE, "The organization is closed, which is final.")
                        .asException();
            }
            // whoever waited for the lock may be no owner any more
            requireWhole(changes.renewed(tx, caller), organization);
            var after = change.apply(row.policy()).tidied();
            if (!after.equals(row.policy())) {
                after.scopes().forEach(scopes -> catalog.requireKnown(tx, scopes));
                set(tx, caller, organization, row.policy(), after);
            }
            return OrganizationPolicy.of(organization, after);
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    private void set(Tx tx, Caller caller, OrganizationId organization, Policy before, Policy after) {
        int version = store.set(tx, organization, after, clock.instant().truncatedTo(ChronoUnit.MICROS));
        var event = AuditEvent.of(organization, "organization.policy_changed", organization.value())
                .with("policy", List.of(json.write(before), json.write(after)));
        changes.record(
                tx,
                caller,
                event,
                Change.in(organization, ChangeKind.ORGANIZATION_CHANGED, organization.value(), version));
    }

    private static void requireWhole(Caller caller, OrganizationId organization) {
        if (!caller.actor().changesPolicy(organization)) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "The policy is the organization's: changing it takes the role owner there, or a key of the"
                                    + " organization that holds policies:write.")
                    .asException();
        }
    }
}
