package dev.shearline.server.feed;

import org.jdbi.v3.core.Handle;

/** Where a replica stands: at an entry of the feed, as the server has it that was asked. */
public record Position(Epoch epoch, ServerIdentity server) {

    public static final Position NONE = new Position(Epoch.NONE, new ServerIdentity(""));

    private static final String HEAD = """
            SELECT epoch, tag, %s FROM feed_entry WHERE epoch IS NOT NULL ORDER BY epoch DESC LIMIT 1
            """.formatted(ServerIdentity.COLUMN);

    /** All that this snapshot has. */
    public static Position head(Handle snapshot) {
        return snapshot.createQuery(HEAD)
                .map((row, _) -> new Position(
                        new Epoch(row.getLong("epoch"), row.getLong("tag")),
                        new ServerIdentity(row.getString("server"))))
                .one();
    }

    /** The same server, further on. */
    public Position at(Epoch later) {
        return new Position(later, server);
    }
}
