package dev.shearline.server.embed;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Forced;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.ForcedFields;
import dev.shearline.server.keys.KeyOwners;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What can be said of a wanted session without asking the database. */
record EmbedInputs(
        ScopeSet capabilities, Forced forced, List<String> origins, Duration ttl, boolean includesTeams, boolean link) {

    static final int ORIGINS_MAX = 10;
    static final Duration TTL_MIN = Duration.ofMinutes(1);
    static final Duration TTL_MAX = Duration.ofHours(1);
    static final Duration TTL_USUAL = Duration.ofMinutes(15);

    private static final Pattern TTL = Pattern.compile("[0-9]{1,5}[smh]");
    private static final ScopeSet USUAL = new ScopeSet(List.of(Scope.KEYS_READ, Scope.KEYS_WRITE));

    EmbedInputs {
        origins = List.copyOf(origins);
    }

    /** @param publicUrl where the hosted page is */
    static EmbedInputs check(Actor actor, NewEmbedSession wanted, URI publicUrl) {
        boolean teams = wanted.includeTeams().orElse(false);
        if (teams && wanted.owner().user().isEmpty()) {
            throw invalid("include_teams", "goes with a \"user\" as the owner: leave it out");
        }
        boolean link = wanted.link().orElse(false);
        var capabilities =
                wanted.capabilities().map(KeyOwners::parseScopes).orElseGet(() -> USUAL.within(actor.scopes()));
        if (capabilities.equals(ScopeSet.NONE)) {
            throw invalid(
                    "capabilities",
                    "must name what the session may do, such as keys:read, and the opening key must hold it");
        }
        var forced = wanted.forced().map(ForcedFields::checked).orElse(Forced.NOTHING);
        requireHarmless("capabilities", capabilities);
        requireHarmless("forced.scopes", forced.scopes().orElse(ScopeSet.NONE));
        return new EmbedInputs(
                capabilities,
                forced,
                origins(
                        wanted.origins().orElse(List.of()),
                        link ? Optional.of(WebOrigin.of(publicUrl)) : Optional.empty()),
                wanted.ttl().map(EmbedInputs::ttl).orElse(TTL_USUAL),
                teams,
                link);
    }

    /** Neither a session nor a key that is made in one opens further sessions. */
    private static void requireHarmless(String field, ScopeSet scopes) {
        if (scopes.covers(Scope.EMBED_CREATE)) {
            throw invalid(
                    field,
                    "must not hold " + Scope.EMBED_CREATE
                            + ", nor * or embed:*, which have it in them: name what is needed");
        }
    }

    private static List<String> origins(List<String> wanted, Optional<String> hosted) {
        if (wanted.isEmpty() && hosted.isEmpty()) {
            throw invalid("origins", "is required: say which pages use the session, such as https://app.example.com");
        }
        if (wanted.size() > ORIGINS_MAX) {
            throw invalid("origins", "must have at most " + ORIGINS_MAX + " entries");
        }
        if (!wanted.stream().allMatch(WebOrigin::isOne)) {
            throw invalid(
                    "origins",
                    "must be origins as browsers write them, in lower case and without a slash at the end, such as"
                            + " https://app.example.com; http only for localhost");
        }
        return Stream.concat(wanted.stream(), hosted.stream()).distinct().toList();
    }

    private static Duration ttl(JsonNode wanted) {
        return find(wanted)
                .filter(ttl -> ttl.compareTo(TTL_MIN) >= 0 && ttl.compareTo(TTL_MAX) <= 0)
                .orElseThrow(() -> invalid("ttl", "must be from 1m to 1h, as a text such as 15m or in whole seconds"));
    }

    private static Optional<Duration> find(JsonNode wanted) {
        if (wanted.isInt()) {
            return Optional.of(Duration.ofSeconds(wanted.intValue()));
        }
        return wanted.isString() && TTL.matcher(wanted.stringValue()).matches()
                ? Optional.of(Duration.parse("PT" + wanted.stringValue()))
                : Optional.empty();
    }

    static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }
}
