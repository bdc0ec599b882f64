package dev.shearline.server.evidence;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.References;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads chains. Each organization has one, which whoever has the whole of it in reach may read; operators read all, and the instance's own.
 * Long answers are read page by page, each in a short transaction: what is sealed does not change in between.
 */
final class AuditTrail {

    static final int PAGE_EVENTS = 200;
    /** Of a list as CSV or lines of JSON. */
    static final int LIST_EVENTS_MAX = 100_000;
    /** Of a verifiable export, but for what lies before its next checkpoint; the next one goes on behind it. */
    static final long EXPORT_EVENTS_MAX = 1_000_000;

    /** So many wait only where sealing has stopped for long. */
    static final int UNSEALED_MAX = 100_000;

    private final TrailStore store = new TrailStore();
    private final Database database;
    private final References references;
    private final InstantSource clock;

    AuditTrail(Database database, References references, InstantSource clock) {
        this.database = database;
        this.references = references;
        this.clock = clock;
    }

    /** Which chain is meant; ends the request where the caller may not read it. */
    OrganizationId chainOf(Caller caller, Optional<Ref> organization) {
        var own = caller.actor().organizationOf();
        if (own.isEmpty()) {
            return organization
                    .filter(ref -> !ref.wire().equals(OrganizationId.INSTANCE.value()))
                    .map(ref -> references.resolveOrganizationOfOld(caller, ref))
                    .orElse(OrganizationId.INSTANCE);
        }
        var chain = organization
                .map(ref -> references.resolveOrganizationOfOld(caller, ref))
                .orElse(own.get());
        if (!caller.actor().readsAudit(chain)) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "The audit log is of the whole organization: reading it takes audit:read there, which the"
                                    + " role admin at the organization holds, or a key of it, not of a unit.")
                    .asException();
        }
        return chain;
    }

    Page<AuditEntry> list(Caller caller, OrganizationId chain, AuditFilter filter, boolean ascending, Paging paging) {
        var after = paging.after().map(Positions::ofEvent);
        var rows = read(caller, chain, tx -> store.list(tx, chain, filter, ascending, after, paging.limit() + 1));
        var page = paging.page(rows, event -> List.of(event.at().toString(), event.id()));
        return new Page<>(page.items().stream().map(AuditEntry::of).toList(), page.nextCursor());
    }

    /** The first {@value #LIST_EVENTS_MAX} events, a page at a time. */
    void forEach(
            Caller caller,
            OrganizationId chain,
            AuditFilter filter,
            boolean ascending,
            Consumer<List<AuditEntry>> pages) {
        Optional<TrailStore.Position> after = Optional.empty();
        for (int seen = 0; seen < LIST_EVENTS_MAX; seen += PAGE_EVENTS) {
            var from = after;
            var rows = read(caller, chain, tx -> store.list(tx, chain, filter, ascending, from, PAGE_EVENTS));
            pages.accept(rows.stream().map(AuditEntry::of).toList());
            if (rows.size() < PAGE_EVENTS) {
                return;
            }
            after = Optional.of(
                    new TrailStore.Position(rows.getLast().at(), rows.getLast().id()));
        }
    }

    Page<CheckpointShown> checkpoints(Caller caller, OrganizationId chain, boolean ascending, Paging paging) {
        var after = paging.after().map(Positions::ofCheckpoint);
        var rows = read(caller, chain, tx -> store.checkpoints(tx, chain, ascending, after, paging.limit() + 1));
        var page = paging.page(rows, checkpoint -> List.of(Long.toString(checkpoint.number())));
        return new Page<>(page.items().stream().map(CheckpointShown::of).toList(), page.nextCursor());
    }

    Page<KeyShown> keys(Caller caller, OrganizationId chain) {
        var keys = read(caller, chain, store::keys);
        return new Page<>(keys.stream().map(KeyShown::of).toList(), Optional.empty());
    }

    /** An export that is known to be possible, and not read yet. */
    ChainExport export(Caller caller, OrganizationId chain, Optional<Long> from, Optional<Long> to) {
        return read(caller, chain, tx -> {
            var state = store.state(tx, chain, UNSEALED_MAX + 1);
            long first = from.orElse(1L);
            if (first > state.head() + 1) {
                throw Problem.invalidParameter(
                                "from_seq",
                                "\"from_seq\" lies behind the end: this chain is sealed up to " + state.head() + ".")
                        .asException();
            }
            long asked = Math.min(Math.min(to.orElse(state.head()), state.head()), first + EXPORT_EVENTS_MAX - 1);
            // on to the next checkpoint, for without one nothing proves the last events; a pass is at most so far away
            long last = store.findCovered(tx, chain, asked).orElse(asked);
            var range = new ExportFormat.Range(chain.value(), first, last, state.head());
            var previous = first == 1
                    ? Checkpoint.NONE_BEFORE
                    : store.findHash(tx, chain, first - 1).orElseThrow();
            var header = ExportFormat.header(range, previous, clock.instant(), store.keys(tx));
            // whoever asks for a part that is sealed does not ask for what is not
            boolean toTheEnd = to.isEmpty() || to.get() > state.head();
            var unsealed = toTheEnd && last == state.head() ? state.unsealed() : List.<String>of();
            if (unsealed.size() > UNSEALED_MAX) {
                throw tooManyUnsealed();
            }
            return new ChainExport(
                    store, database, TenantContext.whole(caller.actor(), chain), chain, range, header, unsealed);
        });
    }

    /** An export that left some out without a word would pass for the whole. */
    private static ProblemException tooManyUnsealed() {
        return Problem.of(
                        ProblemCode.CONFLICT,
                        "More than " + UNSEALED_MAX
                                + " events wait for their seal: sealing has stopped, which the operator's"
                                + " \"shearline doctor\" explains. An export up to a \"to_seq\" that is sealed works.")
                .asException();
    }

    private <T> T read(Caller caller, OrganizationId chain, TxWork<T> work) {
        return database.read(TenantContext.whole(caller.actor(), chain), work);
    }

    /** A checkpoint as it is shown to one organization. */
    record CheckpointShown(
            long number,
            Instant at,
            String key,
            String bytes,
            String signature,
            String chain,
            long seq,
            String hash,
            String nonce) {

        static CheckpointShown of(Checkpoint checkpoint) {
            var own = checkpoint.lines().getFirst();
            return new CheckpointShown(
                    checkpoint.number(),
                    checkpoint.at(),
                    checkpoint.keyId(),
                    checkpoint.bytes().base64(),
                    checkpoint.signature().base64(),
                    own.head().chain(),
                    own.head().seq(),
                    own.head().hash().hex(),
                    own.nonce().hex());
        }
    }

    /** A public key that verifies checkpoints. */
    record KeyShown(String id, String publicKey, Instant createdAt) {

        static KeyShown of(TrailStore.PublicKey key) {
            return new KeyShown(key.id(), key.key().base64(), key.createdAt());
        }
    }
}
