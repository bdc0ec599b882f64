package dev.shearline.server.feed;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.util.Map;
import java.util.UUID;

/** Appends to the feed, inside the transaction of the change. The entry is numbered after the commit. */
public final class Feed {

    private static final String INSERT = """
            INSERT INTO feed_entry (id, kind, organization_id, target, version)
            VALUES (:id, :kind, :organization, :target, :version)
            """;

    public void append(Tx tx, Change change) {
        var id = UUID.randomUUID();
        tx.writeLater(
                INSERT,
                Map.of(
                        "id", id,
                        "kind", change.kind().wire(),
                        "organization", change.organization().map(OrganizationId::value),
                        "target", change.target(),
                        "version", change.version()));
        tx.noteEntry(id);
    }
}
