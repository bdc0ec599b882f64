package dev.shearline.server.evidence;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A verifiable export under way: header, events with their checkpoints behind them, what is not sealed, end. */
final class ChainExport {

    private final TrailStore store;
    private final Database database;
    private final TenantContext context;
    private final OrganizationId chain;
    private final ExportFormat.Range range;
    private final String header;
    private final List<String> unsealed;

    ChainExport(
            TrailStore store,
            Database database,
            TenantContext context,
            OrganizationId chain,
            ExportFormat.Range range,
            String header,
            List<String> unsealed) {
        this.store = store;
        this.database = database;
        this.context = context;
        this.chain = chain;
        this.range = range;
        this.header = header;
        this.unsealed = List.copyOf(unsealed);
    }

    private record Part(List<StoredEvent> events, List<Checkpoint> checkpoints) {}

    /** @param lines takes one or more whole lines at a time */
    void writeTo(Consumer<String> lines) {
        lines.accept(header);
        long events = 0;
        long checkpoints = 0;
        for (long from = range.from(); from <= range.to(); from += AuditTrail.PAGE_EVENTS) {
            long first = from;
            var part = database.read(context, tx -> part(tx, first));
            lines.accept(text(part));
            events += part.events().size();
            checkpoints += part.checkpoints().size();
        }
        long waiting = 0;
        for (int from = 0; from < unsealed.size(); from += AuditTrail.PAGE_EVENTS) {
            var ids = unsealed.subList(from, Math.min(unsealed.size(), from + AuditTrail.PAGE_EVENTS));
            var rows = database.read(context, tx -> store.byIds(tx, chain, ids));
            lines.accept(rows.stream().map(ExportFormat::event).collect(Collectors.joining()));
            waiting += rows.size();
        }
        lines.accept(ExportFormat.end(events, checkpoints, waiting));
    }

    private Part part(Tx tx, long from) {
        long to = Math.min(range.to(), from + AuditTrail.PAGE_EVENTS - 1);
        return new Part(
                store.sealed(tx, chain, from, to, AuditTrail.PAGE_EVENTS),
                store.checkpointsOf(tx, chain, from, to, AuditTrail.PAGE_EVENTS));
    }

    private static String text(Part part) {
        var text = new StringBuilder();
        var checkpoints = part.checkpoints().iterator();
        var next = checkpoints.hasNext() ? checkpoints.next() : null;
        for (var event : part.events()) {
            text.append(ExportFormat.event(event));
            long seq = event.seal().orElseThrow().seq();
            while (next != null && next.lines().getFirst().head().seq() <= seq) {
                text.append(ExportFormat.checkpoint(next));
                next = checkpoints.hasNext() ? checkpoints.next() : null;
            }
        }
        return text.toString();
    }
}
