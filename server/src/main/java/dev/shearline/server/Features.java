package dev.shearline.server;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.config.Settings;
import dev.shearline.server.console.OneTimeLink;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.embed.Embed;
import dev.shearline.server.evidence.Evidence;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Authenticators;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.AnswerCleaning;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.ApiKeyRoutes;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.FirstUses;
import dev.shearline.server.keys.KeyAuthenticator;
import dev.shearline.server.keys.KeyOwners;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.keys.NewApiKey;
import dev.shearline.server.keys.OffboardingRoutes;
import dev.shearline.server.keys.Offboardings;
import dev.shearline.server.keys.PresentedKeys;
import dev.shearline.server.keys.SessionCleaning;
import dev.shearline.server.keys.SessionReading;
import dev.shearline.server.keys.SessionRoutes;
import dev.shearline.server.keys.UnusedKeys;
import dev.shearline.server.keys.UnusedReportRoutes;
import dev.shearline.server.keys.UnusedReports;
import dev.shearline.server.limits.Limits;
import dev.shearline.server.limits.QuotaLedger;
import dev.shearline.server.limits.SharedRates;
import dev.shearline.server.notify.NotificationOutbox;
import dev.shearline.server.notify.Notify;
import dev.shearline.server.ops.OpenApiRoutes;
import dev.shearline.server.orgs.Members;
import dev.shearline.server.orgs.OrganizationRoutes;
import dev.shearline.server.orgs.Organizations;
import dev.shearline.server.orgs.OwnerLimits;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.References;
import dev.shearline.server.orgs.Resources;
import dev.shearline.server.orgs.Units;
import dev.shearline.server.orgs.Users;
import dev.shearline.server.plans.Catalog;
import dev.shearline.server.plans.CatalogRoutes;
import dev.shearline.server.plans.Entitlements;
import dev.shearline.server.plans.OrganizationPlans;
import dev.shearline.server.plans.PlanRoutes;
import dev.shearline.server.plans.Plans;
import dev.shearline.server.plans.Policies;
import dev.shearline.server.plans.PolicyRoutes;
import dev.shearline.server.reference.ReferenceRoutes;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.standards.Standards;
import dev.shearline.server.usage.Usage;
import dev.shearline.server.verify.Directory;
import dev.shearline.server.verify.Verification;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The second half of the composition root: the features, on a platform that stands. */
final class Features implements AutoCloseable {

    private static final Caller BOOTSTRAP = Caller.job("bootstrap");

    private final Settings settings;
    private final ApiKeys keys;
    private final LastUsed lastUsed;
    private final QuotaLedger quotaLedger;
    private final Optional<SharedRates> sharedRates;
    private final Usage usage;
    private final AnswerCleaning answerCleaning;
    private final SessionCleaning sessionCleaning;
    private final UnusedKeys unusedKeys;
    private final Evidence evidence;
    private final Notify notify;
    private final ForkedHistory forkedHistory;
    private final OneTimeLink oneTimeLink;
    private final Verification verification;
    private final Authenticators authenticators;
    private final Routes routes = new Routes();

    Features(
            Settings settings,
            Vertx vertx,
            InstanceKeys instanceKeys,
            Database database,
            NodeDatabase nodeDatabase,
            Changes changes,
            NotificationOutbox outbox,
            FeedNode feed,
            Directory directory,
            KeyFormat format,
            Json json,
            Problems problems,
            InstantSource clock,
            SecureRandom random,
            MeterRegistry registry) {
        this.settings = settings;
        var ids = new Ids(random);
        var references = new References(database);
        var provisioning = new Provisioning(changes, references, ids, clock, settings.defaultPlan());
        var catalog = new Catalog(database, changes, clock);
        var entitlements = new Entitlements(json);
        keys = new ApiKeys(
                database,
                changes,
                feed,
                references,
                provisioning,
                catalog,
                entitlements,
                format,
                settings.keys().operatorMaxLifetime(),
                random,
                clock);
        unusedKeys = new UnusedKeys(keys::lookForUnused);
        forkedHistory = new ForkedHistory(keys);
        directory.onResurrected(forkedHistory::disable);
        lastUsed = new LastUsed(nodeDatabase);
        var limits = new Limits(
                System::nanoTime,
                settings.rateLimits()
                        .valkey()
                        .map(_ -> settings.rateLimits().withoutValkey())
                        .orElse(Settings.WithoutValkey.LOCAL));
        sharedRates = settings.rateLimits().valkey().map(valkey -> new SharedRates(vertx, valkey, limits));
        limits.measure(registry);
        quotaLedger = new QuotaLedger(nodeDatabase, limits, UUID.randomUUID().toString());
        directory.loadBeside(quotaLedger::load);
        usage = new Usage(
                settings.usage(),
                settings.dataDirectory().resolve("usage"),
                database,
                nodeDatabase,
                keys,
                lastUsed,
                references,
                format,
                random,
                clock,
                json,
                registry);
        usage.addTo(routes);
        var firstUses = new FirstUses(keys::endPredecessor);
        var authenticator = new KeyAuthenticator(nodeDatabase, format, lastUsed, firstUses, directory::isDead, clock);
        verification = new Verification(
                format,
                directory,
                feed,
                nodeDatabase,
                keys,
                lastUsed,
                firstUses,
                limits,
                usage,
                clock,
                json,
                problems,
                registry,
                settings.verify().requireUnit());
        authenticators = new Authenticators(authenticator, verification.authenticator());
        verification.addTo(routes);
        new Standards(verification.inspector(), new PresentedKeys(keys, authenticator), settings.publicUrl())
                .addTo(routes);
        answerCleaning = new AnswerCleaning(nodeDatabase, clock);
        sessionCleaning = new SessionCleaning(nodeDatabase);
        evidence =
                new Evidence(database, nodeDatabase, instanceKeys, references, json, random, clock, registry, outbox);
        evidence.addTo(routes);
        var idempotency = new Idempotency(database, changes, json, random, clock);
        new ApiKeyRoutes(keys, authenticator, idempotency, format).addTo(routes);
        new SessionRoutes(new SessionReading(database, entitlements, clock)).addTo(routes);
        new Embed(
                        database,
                        nodeDatabase,
                        changes,
                        new KeyOwners(database, references, provisioning, catalog, entitlements, clock),
                        authenticator,
                        idempotency,
                        format,
                        settings.publicUrl(),
                        random,
                        clock)
                .addTo(routes);
        var members = new Members(changes, references, ids, clock, keys, catalog::requireKnown);
        notify = new Notify(
                settings.notifications(),
                settings.publicUrl(),
                vertx,
                database,
                changes,
                instanceKeys,
                references,
                members,
                idempotency,
                json,
                random,
                clock,
                registry);
        notify.addTo(routes);
        new UnusedReportRoutes(new UnusedReports(database, references, clock)).addTo(routes);
        new OffboardingRoutes(members, new Offboardings(database, clock)).addTo(routes);
        new OrganizationRoutes(
                        new Organizations(changes, references, ids, clock, settings.defaultPlan()),
                        new Units(changes, references, ids, clock, keys),
                        new Users(changes, references, ids, clock, keys),
                        members,
                        new Resources(changes, references, ids, clock),
                        new OwnerLimits(changes, references, ids, clock))
                .addTo(routes);
        new CatalogRoutes(catalog).addTo(routes);
        new PlanRoutes(
                        new Plans(database, changes, json, settings.defaultPlan()),
                        new OrganizationPlans(database, changes, references, json, clock))
                .addTo(routes);
        new PolicyRoutes(new Policies(database, changes, references, catalog, json, clock)).addTo(routes);
        new OpenApiRoutes().addTo(routes);
        new ReferenceRoutes(OpenApiRoutes::read).addTo(routes);
        oneTimeLink = new OneTimeLink(() -> issueOperatorKey("one-time link", ScopeSet.ALL), random, clock);
        oneTimeLink.addTo(routes);
    }

    void start() {
        lastUsed.start();
        quotaLedger.start();
        sharedRates.ifPresent(SharedRates::start);
        usage.start();
        answerCleaning.start();
        sessionCleaning.start();
        unusedKeys.start();
        evidence.start();
        notify.start();
    }

    Routes routes() {
        return routes;
    }

    Authenticators authenticators() {
        return authenticators;
    }

    Verification verification() {
        return verification;
    }

    OneTimeLink oneTimeLink() {
        return oneTimeLink;
    }

    Secret issueOperatorKey(String name, ScopeSet scopes) {
        var lifetime =
                settings.keys().operatorMaxLifetime().map(Duration::toDays).map(days -> days + "d");
        var wanted = new NewApiKey(
                KeyType.OPERATOR,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                scopes.wire(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(lifetime.orElse("none")),
                Optional.empty(),
                Optional.empty(),
                Optional.of(List.of()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return keys.create(BOOTSTRAP, wanted, Attempt.UNKEYED).value().secret().secret();
    }

    boolean hasOperatorKey() {
        return !OperatorKeys.listLiving(keys, BOOTSTRAP, 1).isEmpty();
    }

    @Override
    public void close() {
        notify.close();
        forkedHistory.close();
        evidence.close();
        unusedKeys.close();
        sessionCleaning.close();
        answerCleaning.close();
        sharedRates.ifPresent(SharedRates::close);
        quotaLedger.close();
        lastUsed.close();
        usage.close();
    }
}
