package dev.shearline.server.plans;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Names;
import dev.shearline.server.identity.OrganizationId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The plans of the instance: everybody may read them, operators define them. A plan that an organization has stays. */
public final class Plans {

    static final int PLANS_MAX = 100;

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9_-]{0,39}");

    private static final String ID_FORM =
            "must have 1 to 40 characters of a to z, 0 to 9, - and _, and begin with a letter.";

    private final Database database;
    private final Changes changes;
    private final String defaultPlan;
    private final StoredJson json;
    private final PlanStore store;

    /** @param defaultPlan what a new organization has, which is not deleted */
    public Plans(Database database, Changes changes, Json json, String defaultPlan) {
        this.database = database;
        this.changes = changes;
        this.defaultPlan = defaultPlan;
        this.json = new StoredJson(json);
        this.store = new PlanStore(this.json);
    }

    /** The cheapest first. */
    public List<PlanDefinition> list(Caller caller) {
        return read(caller, store::list);
    }

    public PlanDefinition get(Caller caller, String id) {
        return read(caller, tx -> store.find(tx, id)).orElseThrow(Plans::notFound);
    }

    Changed<PlanDefinition> create(Caller caller, NewPlan wanted) {
        requireOperator(caller);
        requireId(wanted.id(), () -> Problem.invalidField("id", "\"id\" " + ID_FORM));
        var plan = definition(wanted.id(), wanted.content());
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            if (!insert(tx, caller, plan)) {
                throw Problem.of(ProblemCode.ALREADY_EXISTS, "There is a plan of this id: change it with PATCH.")
                        .withField("id")
                        .asException();
            }
            return plan;
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** What a PUT left behind, and whether it made it. */
    record Saved(boolean created, Changed<PlanDefinition> changed) {}

    /** Makes the plan what is said, whether it is there or not. */
    Saved put(Caller caller, String id, PlanContent content) {
        requireOperator(caller);
        requireId(id, () -> Problem.invalidParameter("id", "The id of a plan " + ID_FORM));
        var plan = definition(id, content);
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            boolean created = insert(tx, caller, plan);
            return new Written(created, created ? plan : replace(tx, caller, lock(tx, id), plan));
        });
        var changed = changes.propagate(committed.with(committed.value().plan()), FeedNode.WIDENING_WAIT);
        return new Saved(committed.value().created(), changed);
    }

    private record Written(boolean created, PlanDefinition plan) {}

    /** What is left out stays, null takes away. */
    Changed<PlanDefinition> update(Caller caller, String id, JsonNode patch) {
        requireOperator(caller);
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            var before = lock(tx, id);
            var content = json.merged(content(before), patch, PlanContent.class);
            return replace(tx, caller, before, definition(id, content));
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    Changed<PlanDefinition> delete(Caller caller, String id) {
        requireOperator(caller);
        var committed = changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            // whoever is giving it to an organization holds the row: since the lock is ours, every organization that
            // has it is seen
            var plan = store.lockAlone(tx, id).orElseThrow(Plans::notFound);
            if (id.equals(defaultPlan)) {
                throw invalidState("New organizations get this plan: set default-plan to another one first.");
            }
            if (isHad(id)) {
                throw invalidState("Organizations have this plan, closed ones included: give them another one first.");
            }
            store.delete(tx, id);
            record(tx, caller, "plan.deleted", plan, plan.version() + 1);
            return plan;
        });
        return changes.propagate(committed, FeedNode.WIDENING_WAIT);
    }

    /** On a second connection, for only a transaction of its own may look across tenants, and that one cannot write. */
    private boolean isHad(String id) {
        return database.acrossTenants("whether any organization has a plan", tx -> store.isHad(tx, id));
    }

    private boolean insert(Tx tx, Caller caller, PlanDefinition plan) {
        if (!store.insert(tx, plan)) {
            return false;
        }
        if (store.count(tx) > PLANS_MAX) {
            throw invalidState("There are " + PLANS_MAX + " plans, which is the most: delete one that nobody has.");
        }
        record(tx, caller, "plan.created", plan, plan.version());
        return true;
    }

    private PlanDefinition replace(Tx tx, Caller caller, PlanDefinition before, PlanDefinition wanted) {
        var same = PlanDefinition.of(before.id(), wanted.title(), wanted.rank(), wanted.terms(), before.version());
        if (same.equals(before)) {
            return before;
        }
        int version = store.update(tx, wanted);
        var after = PlanDefinition.of(before.id(), wanted.title(), wanted.rank(), wanted.terms(), version);
        record(tx, caller, "plan.updated", after, version);
        return after;
    }

    private PlanDefinition lock(Tx tx, String id) {
        return store.lock(tx, id).orElseThrow(Plans::notFound);
    }

    private void record(Tx tx, Caller caller, String action, PlanDefinition plan, int version) {
        var event = AuditEvent.of(OrganizationId.INSTANCE, action, plan.id())
                .with("title", plan.title())
                .with("rank", plan.rank())
                .with("settings", json.write(plan.terms()));
        changes.record(tx, caller, event, Change.ofInstance(ChangeKind.PLAN_CHANGED, plan.id(), version));
    }

    private static PlanDefinition definition(String id, PlanContent content) {
        var title = Names.normalize(content.title());
        Names.findFault(title).ifPresent(fault -> {
            throw Problem.invalidField("title", "\"title\" " + fault + ".").asException();
        });
        int rank = content.rank().orElse(PlanContent.RANK_LAST);
        if (rank < 0 || rank > PlanContent.RANK_MAX) {
            throw Problem.invalidField(
                            "rank", "\"rank\" must be a whole number from 0 to " + PlanContent.RANK_MAX + ".")
                    .asException();
        }
        return PlanDefinition.of(id, title, rank, content.terms(), 1);
    }

    private static PlanContent content(PlanDefinition plan) {
        return new PlanContent(
                plan.title(),
                Optional.of(plan.rank()),
                plan.keyTypes()
                        .map((_, terms) -> new TypeTerms.Choice(
                                Optional.of(terms.maxLifetime()),
                                Optional.of(terms.noExpiry()),
                                Optional.of(terms.maxKeys()))),
                Optional.of(new Slots.Choice(
                        Optional.of(plan.slots().ciToken()),
                        Optional.of(plan.slots().developers()))));
    }

    private <T> T read(Caller caller, TxWork<T> work) {
        return database.read(TenantContext.whole(caller.actor(), OrganizationId.INSTANCE), work);
    }

    private static void requireId(String id, Supplier<Problem> fault) {
        if (!ID.matcher(id).matches()) {
            throw fault.get().asException();
        }
    }

    private static void requireOperator(Caller caller) {
        Operators.require(caller, "define plans");
    }

    private static ProblemException invalidState(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }

    static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
