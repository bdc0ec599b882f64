package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.http.Request;
import dev.shearline.server.net.Cidr;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/**
 * From where keys have been used, as far as the questions have said.
 *
 * @param within how long ago at most
 * @param since when at the earliest; neither is: as long as it is remembered
 */
public record UsedFrom(Cidr network, Optional<Duration> within, Optional<Instant> since) {

    static final String NETWORK = "used_from";
    static final String SINCE = "since";

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    static Optional<UsedFrom> read(Request request) {
        var network = request.query(NETWORK).map(UsedFrom::network);
        var text = request.query(SINCE);
        if (network.isEmpty() && text.isPresent()) {
            throw KeyProblems.invalidParameter(
                    SINCE, "\"since\" goes with \"used_from\": say from where, or leave it out.");
        }
        var since = text.flatMap(UsedFrom::findTime);
        var within = since.isPresent() ? Optional.<Duration>empty() : text.map(UsedFrom::span);
        return network.map(cidr -> new UsedFrom(cidr, within, since));
    }

    private static Cidr network(String text) {
        return switch (Cidr.parse(text)) {
            case Cidr.Parsed.Block(var cidr) -> cidr;
            case Cidr.Parsed.HasHostBits(var meant) ->
                throw KeyProblems.invalidParameter(
                        NETWORK,
                        "\"used_from\" is an address inside a network: write " + meant + ", or the address alone.");
            case Cidr.Parsed.NotACidr _ ->
                throw KeyProblems.invalidParameter(
                        NETWORK, "\"used_from\" must be an address or a network such as 10.0.0.0/8.");
        };
    }

    private static Optional<Instant> findTime(String text) {
        try {
            return Optional.of(Instant.parse(text)).filter(at -> !at.isBefore(Instant.EPOCH) && at.isBefore(LATEST));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Duration span(String text) {
        return Lifetimes.findSpan(text)
                .orElseThrow(() -> KeyProblems.invalidParameter(
                        SINCE,
                        "\"since\" must be a time such as 2030-01-31T12:00:00Z, or a duration such as 12h or 30d."));
    }

    String condition() {
        return "k.id IN (SELECT c.key_id FROM usage_caller AS c WHERE c.organization_id = :organization"
                + " AND c.ip >= CAST(host(CAST(:usedFrom AS inet)) AS inet)"
                + " AND c.ip <= CAST(host(broadcast(CAST(:usedFrom AS inet))) AS inet)"
                + " AND c.last_at >= :usedSince)";
    }

    void bind(Query query, Instant now) {
        var from = since.or(() -> within.map(now::minus)).orElse(Instant.EPOCH);
        query.bind("usedFrom", network.toString()).bind("usedSince", DatabaseTimes.of(from));
    }
}
