package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.OutcomeUnknownException;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.orgs.Provisioned;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Takes over keys of another system, each by its digest.
 *
 * <p>Every key stands for itself: one that is refused does not keep the others out. What is asked of a new key is asked of each, by the same
 * code. They are written in transactions of at most {@value #BATCH_MAX} keys of one type and one organization, whose lock depends on the type, in the order of their digests, so that two
 * imports of the same keys wait for one another instead of each for the other. A digest that is there already is left alone, which makes a
 * repeated import do nothing; a rehearsal does all of it and takes it back.
 */
final class KeyImport {

    static final int KEYS_MAX = 1_000;
    static final int BATCH_MAX = 500;

    /** On a node: each holds its keys in memory and a connection for long. */
    static final int AT_ONCE_MAX = 4;

    private final Database database;
    private final ImportStore store = new ImportStore();
    private final KeyLookup lookup;
    private final KeyCreation creation;
    private final KeyRules rules;
    private final CallerRows callers;
    private final Destinations destinations;
    private final Provisioning provisioning;
    private final ImportedDigest digests;
    private final KeyJournal journal;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Semaphore places = new Semaphore(AT_ONCE_MAX);

    KeyImport(
            Database database,
            KeyLookup lookup,
            KeyCreation creation,
            KeyRules rules,
            CallerRows callers,
            Destinations destinations,
            Provisioning provisioning,
            ImportedDigest digests,
            KeyJournal journal,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.lookup = lookup;
        this.creation = creation;
        this.rules = rules;
        this.callers = callers;
        this.destinations = destinations;
        this.provisioning = provisioning;
        this.digests = digests;
        this.journal = journal;
        this.random = random;
        this.clock = clock;
    }

    /** The last of its transactions that has changed something: whoever knows that one knows all. */
    Committed<ImportReport> run(Caller caller, List<ImportRow> rows, boolean dryRun) {
        if (!places.tryAcquire()) {
            throw Problem.overloaded().asException();
        }
        try {
            return new Run(caller, dryRun, new ImportResults(rows.size())).of(rows);
        } finally {
            places.release();
        }
    }

    /** A key that can be made, as far as can be said without the database. */
    private record Prepared(
            int place,
            NewApiKey wanted,
            KeyCreation.Checked checked,
            KeyDigest digest,
            KeyRow.Shown shown,
            Optional<Instant> createdAt,
            KeyState state) {}

    /** What one transaction has to do with: a plan may have a number of one type, and then the organization is locked alone. */
    private record Home(OrganizationId organization, KeyType type) {}

    /** What is looked up once a transaction. */
    private record Granted(ScopeSet scopes, Visibility visibility) {}

    /** Thrown out of the transaction of a rehearsal. */
    private static final class RehearsedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RehearsedException() {
            super("a rehearsal changes nothing", null, false, false);
        }
    }

    /** One request. */
    private final class Run {

        private final Caller caller;
        private final boolean dryRun;
        private final ImportResults results;
        private final Map<List<Object>, Destination> found = new HashMap<>();
        private Optional<Committed<?>> last = Optional.empty();

        Run(Caller caller, boolean dryRun, ImportResults results) {
            this.caller = caller;
            this.dryRun = dryRun;
            this.results = results;
        }

        Committed<ImportReport> of(List<ImportRow> rows) {
            var prepared = new LinkedHashMap<KeyDigest, Prepared>();
            for (int place = 0; place < rows.size(); place++) {
                prepare(place, rows.get(place)).ifPresent(key -> {
                    var first = prepared.putIfAbsent(key.digest(), key);
                    if (first != null) {
                        results.repeats(key.place(), first.place());
                    }
                });
            }
            var known = lookup.findDigests(caller.actor(), store, prepared.keySet());
            prepared.values().removeIf(key -> isKnown(key, known));
            commitAll(List.copyOf(prepared.values()));
            var report = ImportReport.of(dryRun, results.rows());
            return last.<Committed<ImportReport>>map(committed -> committed.with(report))
                    .orElseGet(() -> new Committed<>(report, List.of(), System.nanoTime()));
        }

        private boolean isKnown(Prepared key, Map<KeyDigest, ApiKeyId> known) {
            var id = known.get(key.digest());
            if (id != null) {
                results.put(key.place(), ImportReport.Row.alreadyExists(id));
            }
            return id != null;
        }

        private Optional<Prepared> prepare(int place, ImportRow row) {
            return switch (row) {
                case ImportRow.Unread(var problem) -> {
                    results.refuse(place, problem);
                    yield Optional.empty();
                }
                case ImportRow.Read(var key) -> results.attempt(place, () -> prepared(place, key));
            };
        }

        private Prepared prepared(int place, KeyToImport key) {
            if (key.type() == KeyType.OPERATOR || key.type() == KeyType.EPHEMERAL) {
                throw KeyProblems.invalid(
                        "type",
                        "Keys of type " + key.type().wire()
                                + " are made here, not imported: import personal, team and ci keys.");
            }
            var now = clock.instant();
            key.createdAt().filter(time -> time.isAfter(now)).ifPresent(_ -> {
                throw KeyProblems.invalid("created_at", "\"created_at\" lies in the future: leave it out.");
            });
            var wanted = key.wanted();
            return new Prepared(
                    place,
                    wanted,
                    KeyCreation.check(caller.actor(), wanted),
                    digests.of(key),
                    ImportedDigest.shown(key),
                    key.createdAt().map(time -> time.truncatedTo(ChronoUnit.MICROS)),
                    key.disabled().orElse(false) ? KeyState.DISABLED : KeyState.ACTIVE);
        }

        private void commitAll(List<Prepared> keys) {
            var homes = new LinkedHashMap<Home, Map<Prepared, Destination.Holder>>();
            for (var key : keys) {
                results.attempt(key.place(), () -> destination(key.wanted())).ifPresent(where -> {
                    switch (where) {
                        case Destination.Known(var organization, var holder) ->
                            homes.computeIfAbsent(
                                            new Home(organization, key.wanted().type()), _ -> new LinkedHashMap<>())
                                    .put(key, holder);
                        case Destination.Provided(var place) ->
                            results.attempt(
                                    key.place(),
                                    () -> step(() ->
                                            provisioning.commit(caller, place, (tx, made) -> provided(tx, made, key))));
                    }
                });
            }
            homes.forEach(this::commit);
        }

        private Destination destination(NewApiKey wanted) {
            var named = List.<Object>of(
                    wanted.type(), wanted.organization(), wanted.department(), wanted.team(), wanted.user());
            var known = found.get(named);
            if (known == null) {
                known = destinations.find(caller, wanted.type(), wanted.place());
                found.put(named, known);
            }
            return known;
        }

        /** Everything here is in one organization, and of one type. */
        private void commit(Home home, Map<Prepared, Destination.Holder> keys) {
            var organization = home.organization();
            var context = TenantContext.find(caller.actor(), organization);
            var places = List.copyOf(keys.keySet());
            if (context.isEmpty()) {
                places.forEach(key -> results.refuse(key.place(), Problem.notFound("organization")));
                return;
            }
            for (int start = 0; start < places.size(); start += BATCH_MAX) {
                var batch = places.subList(start, Math.min(start + BATCH_MAX, places.size()));
                step(() -> database.inTransaction(
                        context.get(), tx -> written(tx, owners(tx, organization, batch, keys))));
            }
        }

        /** Locks what will own them, before the caller and before any key. */
        private Map<Prepared, Owned> owners(
                Tx tx, OrganizationId organization, List<Prepared> batch, Map<Prepared, Destination.Holder> holders) {
            var known = new LinkedHashMap<Destination.Holder, Optional<Owned>>();
            var owners = new LinkedHashMap<Prepared, Owned>();
            for (var key : batch) {
                var holder = Objects.requireNonNull(holders.get(key));
                var owner = known.get(holder);
                if (owner == null || owner.isEmpty()) {
                    owner = results.attempt(
                            key.place(),
                            () -> creation.owned(
                                    tx, organization, holder, key.wanted().type()));
                    known.put(holder, owner);
                }
                owner.ifPresent(found -> owners.put(key, found));
            }
            return owners;
        }

        private boolean written(Tx tx, Map<Prepared, Owned> keys) {
            var actor = callers.requireAlive(tx, caller.actor());
            var known = new HashSet<Granted>();
            var made = keys.entrySet().stream()
                    .sorted(Comparator.comparing(
                            entry -> entry.getKey().digest().toHex()))
                    .map(entry -> results.attempt(
                            entry.getKey().place(), () -> write(tx, actor, entry.getKey(), entry.getValue(), known)))
                    .flatMap(Optional::stream)
                    .flatMap(Optional::stream)
                    .toList();
            return done(tx, made);
        }

        /** What was made for a key goes with it, also when it is refused. */
        private boolean provided(Tx tx, Provisioned made, Prepared key) {
            var owned = creation.owned(tx, made, key.wanted().type());
            var actor = callers.requireAlive(tx, caller.actor());
            return done(
                    tx, write(tx, actor, key, owned, new HashSet<>()).stream().toList());
        }

        /** Empty when it is there already. */
        private Optional<KeyRow> write(Tx tx, Actor actor, Prepared key, Owned owned, Set<Granted> known) {
            CallerRights.requireMakes(actor, owned.owner(), key.wanted().type());
            var granted =
                    new Granted(key.checked().scopes(), key.checked().kind().visibility());
            if (!known.contains(granted)) {
                creation.requireKnownScopes(tx, key.checked());
                known.add(granted);
            }
            var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            var row = creation.content(tx, actor, owned, key.wanted(), key.checked(), now)
                    .createdElsewhere(key.createdAt().orElse(now))
                    .asRow(
                            ApiKeyId.random(random),
                            key.shown(),
                            key.state(),
                            KeyRow.Links.NONE,
                            caller.actor().id());
            rules.requireRoom(tx, owned, key.wanted().type(), now);
            if (store.insert(tx, row, key.digest())) {
                results.put(key.place(), dryRun ? ImportReport.Row.importable() : ImportReport.Row.imported(row.id()));
                return Optional.of(row);
            }
            var there = store.find(tx, List.of(key.digest())).get(key.digest());
            if (there == null) {
                throw elsewhere();
            }
            results.put(key.place(), ImportReport.Row.alreadyExists(there));
            return Optional.empty();
        }

        /** Events and entries last: they need no answer, and go to the database many at a time. */
        private boolean done(Tx tx, List<KeyRow> made) {
            if (dryRun) {
                throw new RehearsedException();
            }
            made.forEach(
                    row -> journal.record(tx, caller, ChangeKind.KEY_CREATED, row.id(), row.version(), event(row)));
            return true;
        }

        /** Once something is committed, a failure does not mean any more that nothing was changed: whoever repeats it loses nothing. */
        private boolean step(Supplier<Committed<Boolean>> transaction) {
            try {
                var committed = transaction.get();
                last = committed.entries().isEmpty() ? last : Optional.of(committed);
                return true;
            } catch (RehearsedException e) {
                return true;
            } catch (DatabaseUnavailableException e) {
                throw last.isPresent() ? new OutcomeUnknownException(e) : e;
            }
        }
    }

    private static AuditEvent event(KeyRow row) {
        return KeyCreation.describe(KeyJournal.event(row.organization(), row.id(), "imported"), row)
                .with("created_at", row.times().createdAt().toString())
                .with("state", row.life().state().wire());
    }

    /** Who has the digest knows the key, or has its hash: that somebody else has it too is no news to them. */
    private static ProblemException elsewhere() {
        return Problem.of(
                        ProblemCode.CONFLICT,
                        "This instance has this key already, where your credential does not see it: it can belong to one owner only.")
                .asException();
    }
}
