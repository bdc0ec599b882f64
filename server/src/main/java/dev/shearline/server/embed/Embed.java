package dev.shearline.server.embed;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.keys.KeyAuthenticator;
import dev.shearline.server.keys.KeyOwners;
import dev.shearline.token.KeyFormat;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.stream.Stream;

/** Screens for keys in pages of hosts. */
public final class Embed {

    private final EmbedRoutes routes;
    private final HostedPage page;

    /** @param publicUrl where links to the hosted page lead */
    public Embed(
            Database database,
            NodeDatabase nodeDatabase,
            Changes changes,
            KeyOwners owners,
            KeyAuthenticator authenticator,
            Idempotency idempotency,
            KeyFormat format,
            URI publicUrl,
            SecureRandom random,
            InstantSource clock) {
        var sessions = new EmbedSessions(
                database, nodeDatabase, changes, owners, authenticator, format, publicUrl, random, clock);
        routes = new EmbedRoutes(sessions, idempotency);
        page = new HostedPage(
                WebFile.find("element.js", HostedPage.COMPONENT),
                Stream.of("de.js")
                        .flatMap(name -> WebFile.find(name, name).stream())
                        .toList(),
                random);
    }

    public void addTo(Routes to) {
        routes.addTo(to);
        page.addTo(to);
    }
}
