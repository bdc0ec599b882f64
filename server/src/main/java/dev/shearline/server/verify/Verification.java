package dev.shearline.server.verify;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.HotAuthenticator;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.Routes;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.FirstUses;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.limits.Limits;
import dev.shearline.server.usage.Usage;
import dev.shearline.token.KeyFormat;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/** The feature as the composition root sees it: the routes that verify, and the stream of what has changed. */
public final class Verification {

    /** How often a stream hears from us when nothing changes. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private final HotAuthenticator authenticator;
    private final VerifyRoutes verifyRoutes;
    private final Inspector inspector;
    private final ChangeRoutes changeRoutes;
    private final ChangeStreams streams;

    /** @param unitRequired whether a question must name the unit for which a request is */
    public Verification(
            KeyFormat format,
            Directory directory,
            FeedNode feed,
            NodeDatabase database,
            ApiKeys keys,
            LastUsed lastUsed,
            FirstUses firstUses,
            Limits limits,
            Usage usage,
            InstantSource clock,
            Json json,
            Problems problems,
            MeterRegistry registry,
            boolean unitRequired) {
        var uses = new KeyUses(lastUsed, firstUses);
        var reads = new ReadThrough(directory, database, registry);
        authenticator = new DirectoryAuthenticator(directory, uses, reads, clock);
        var judge = new Judge(format, directory, clock);
        var draws = new Draws(limits);
        var counts = new UsageCounts(usage);
        var singleUse = new SingleUse(judge, directory, database, keys, draws, uses, counts, clock);
        var verifier = new KeyVerifier(judge, feed, singleUse, draws, uses, reads, counts, clock);
        var counters = new VerdictCounters(registry);
        verifyRoutes =
                new VerifyRoutes(verifier, json, problems, counters, new QuestionJson.Rules(unitRequired, format));
        inspector = new Inspector(verifier, counters, json, unitRequired);
        streams = new ChangeStreams(feed);
        changeRoutes = new ChangeRoutes(streams, directory, feed, authenticator);
        feed.addListener(streams);
    }

    /** Who calls a hot route. */
    public HotAuthenticator authenticator() {
        return authenticator;
    }

    /** Verifies for other protocols. */
    public Inspector inspector() {
        return inspector;
    }

    public void addTo(Routes routes) {
        verifyRoutes.addTo(routes);
        changeRoutes.addTo(routes);
    }

    /** Called every {@link #HEARTBEAT}. */
    public void beat() {
        streams.beat();
    }
}
