package dev.shearline.server.feed;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.util.UUID;

/** Appends to the feed, inside the transaction of the change. The entry is numbered after the commit. */
public final class Feed {

    private static final String INSERT = """
            INSERT INTO feed_entry (id, kind, organization_id, target, version)
            VALUES (?, ?, ?, ?, ?)
            """;

    public void append(Tx tx, Change change) {
        var id = UUID.randomUUID();
        tx.writeLater(
                INSERT,
                id,
                change.kind().wire(),
                change.organization().map(OrganizationId::value),
                change.target(),
                change.version());
        tx.noteEntry(id);
    }
}
