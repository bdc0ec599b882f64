package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Callers;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.plans.Catalog;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.TestApi;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The feature as the server puts it together, on a real database with a real node behind a real listener. */
final class OrganizationsRig implements AutoCloseable {

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final FeedRig feed = FeedRig.start(1);
    final RevokingKeys keys = new RevokingKeys();
    final Changes changes;
    final References references;
    final Organizations organizations;
    final Units units;
    final Users users;
    final Members members;
    final Provisioning provisioning;
    final TestApi api;
    final Caller operator = caller(new Actor.Operator(keyId(), ScopeSet.ALL));
    final String root;

    OrganizationsRig() {
        var ids = new Ids(RANDOM);
        var clock = InstantSource.system();
        changes = new Changes(
                feed.database(),
                new AuditLog(ids, RANDOM, clock),
                feed.feed(),
                feed.node(0).feed(),
                Outbox.NONE,
                Callers.AS_THEY_CAME);
        references = new References(feed.database());
        organizations = new Organizations(changes, references, ids, clock, "custom");
        units = new Units(changes, references, ids, clock, keys);
        users = new Users(changes, references, ids, clock, keys);
        members = new Members(
                changes, references, ids, clock, keys, new Catalog(feed.database(), changes, clock)::requireKnown);
        provisioning = new Provisioning(changes, references, ids, clock, "custom");
        api = new TestApi(new OrganizationRoutes(
                organizations,
                units,
                users,
                members,
                new Resources(changes, references, ids, clock),
                new OwnerLimits(changes, references, ids, clock))::addTo);
        root = api.credentialOf(operator.actor());
    }

    /** Text that no other test uses. */
    static String unique(String text) {
        return text + "-" + NUMBERS.incrementAndGet();
    }

    static ApiKeyId keyId() {
        return ApiKeyId.of(NUMBERS.incrementAndGet(), 7);
    }

    static Caller caller(Actor actor) {
        return new Caller(actor, Origin.none());
    }

    static Ref ref(Object id) {
        return new Ref.ById(id.toString());
    }

    static Ref external(String id) {
        return new Ref.ByExternalId(id);
    }

    static Actor keyOf(Organization organization, String... scopes) {
        return new Actor.Key(keyId(), organization.id(), Reach.whole(), ScopeSet.ofWire(List.of(scopes)));
    }

    String credentialOf(Organization organization, String... scopes) {
        return api.credentialOf(keyOf(organization, scopes));
    }

    String credentialOf(Member member, String... scopes) {
        return api.credentialOf(new Actor.Member(
                member.id(),
                member.user().id(),
                member.organization(),
                Rights.of(ScopeSet.ofWire(List.of(scopes)), Reach.whole())));
    }

    TestSchema schema() {
        return feed.schema();
    }

    FeedRig feed() {
        return feed;
    }

    Organization organization(String name) {
        return organizations
                .create(operator, new NewOrganization(name, Optional.of(unique(name))))
                .value();
    }

    User user(String name) {
        return users.create(operator, new NewUser(Optional.of(unique(name)), Optional.of(name), Optional.empty()))
                .value();
    }

    Member member(Organization organization, User user, Role... roles) {
        var grants = List.of(roles).stream()
                .map(role -> new GrantField(Optional.empty(), role))
                .toList();
        return members.add(
                        operator,
                        new NewMember(
                                Optional.of(ref(organization.id())),
                                new UserField.Named(ref(user.id())),
                                Optional.of(grants)))
                .value();
    }

    /** A key as it lies in the database, at a unit or of a membership. */
    void insertKey(OrganizationId organization, String unit, Optional<MembershipId> membership) {
        var id = keyId().toString();
        schema().execute(
                        """
                        INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest,
                                             prefix, last_four, name, name_key, scopes, created_at, created_by, updated_at)
                        VALUES (?, ?, ?, ?, 'secret', 'live', NULLIF(?, ''), ?, sha256(convert_to(?, 'UTF8')), 'shl', 'last', 'test', 'test', '{}',
                                now(), 'test', now())
                        """,
                        id,
                        organization.value(),
                        membership.map(MembershipId::value).orElse(unit),
                        membership.isPresent() ? "personal" : "team",
                        membership.map(MembershipId::value).orElse(""),
                        unit,
                        id);
    }

    int liveKeysOf(String owner) {
        return count(
                "SELECT count(*) FROM api_key WHERE (unit_id = ? OR membership_id = ?) AND state <> 'revoked'",
                owner,
                owner);
    }

    int events(String action, Object target) {
        return count("SELECT count(*) FROM audit_event WHERE action = ? AND target = ?", action, target.toString());
    }

    /** In which organization's chain the one event of this kind lies. */
    String chainOf(String action, Object target) {
        return schema().query(
                        "SELECT organization_id FROM audit_event WHERE action = ? AND target = ?",
                        action,
                        target.toString());
    }

    int entries(String kind, Object target, int version) {
        return count(
                "SELECT count(*) FROM feed_entry WHERE kind = ? AND target = ? AND version = ? AND epoch IS NOT NULL",
                kind,
                target.toString(),
                version);
    }

    /** Everything that a change leaves behind. */
    String written() {
        return schema().query("SELECT (SELECT count(*) FROM audit_event) || ' ' || (SELECT count(*) FROM feed_entry)");
    }

    int count(String sql, Object... values) {
        return Integer.parseInt(schema().query(sql, values));
    }

    @Override
    public void close() {
        api.close();
        feed.close();
    }
}
