package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Refuses scopes that the catalog does not have, and those that a publishable key may not carry. */
final class KnownScopes {

    private static final String KNOWN = """
            SELECT name, publishable FROM scope WHERE name = ANY (:names)
             UNION ALL
            SELECT DISTINCT split_part(name, ':', 1) || ':*', false FROM scope WHERE split_part(name, ':', 1) = ANY (:resources)
            """;

    void require(Tx tx, ScopeSet scopes, Visibility visibility) {
        var wanted = scopes.scopes().stream()
                .filter(scope -> !scope.equals(Scope.FULL_ACCESS))
                .toList();
        var known = wanted.isEmpty() ? Map.<String, Boolean>of() : known(tx, wanted);
        wanted.stream()
                .filter(scope -> !known.containsKey(scope.value()))
                .findFirst()
                .ifPresent(scope -> {
                    throw GrantedScopes.unknown(scope.value());
                });
        if (visibility == Visibility.PUBLISHABLE) {
            scopes.scopes().stream()
                    .filter(scope -> !known.getOrDefault(scope.value(), false))
                    .findFirst()
                    .ifPresent(scope -> {
                        throw notPublishable(scope);
                    });
        }
    }

    private static Map<String, Boolean> known(Tx tx, List<Scope> wanted) {
        return tx
                .handle()
                .createQuery(KNOWN)
                .bindArray(
                        "names", String.class, wanted.stream().map(Scope::value).toList())
                .bindArray(
                        "resources",
                        String.class,
                        wanted.stream()
                                .filter(Scope::isPattern)
                                .map(Scope::resource)
                                .toList())
                .map((row, _) -> Map.entry(KeyRowMapper.text(row, "name"), row.getBoolean("publishable")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static ProblemException notPublishable(Scope scope) {
        return Problem.of(
                        ProblemCode.INVALID_FIELD,
                        "A publishable key may not carry the scope " + scope + ": anybody could use it.")
                .withField("scopes")
                .asException();
    }
}
