package dev.shearline.server.plans;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an organization allows itself of the keys of one type.
 *
 * @param createdBy the least role of who makes them
 * @param defaultLifetime of a key for which nothing else is said
 * @param expiryRequired whether none may be without an expiry
 * @param cidrsRequired whether each is limited to addresses
 * @param scopes what each role may give them at most
 */
public record TypePolicy(
        Optional<Role> createdBy,
        Optional<Lifetime> maxLifetime,
        Optional<Lifetime> defaultLifetime,
        Optional<Boolean> expiryRequired,
        Optional<Boolean> cidrsRequired,
        Optional<ByRole> scopes) {

    static final int SCOPES_MAX = 100;

    /** Scopes by role; a role that is left out is not narrowed. */
    public record ByRole(
            Optional<List<Scope>> viewer,
            Optional<List<Scope>> developer,
            Optional<List<Scope>> admin,
            Optional<List<Scope>> owner) {

        public ByRole {
            viewer = viewer.map(List::copyOf);
            developer = developer.map(List::copyOf);
            admin = admin.map(List::copyOf);
            owner = owner.map(List::copyOf);
        }

        Optional<List<Scope>> of(Role role) {
            return switch (role) {
                case VIEWER -> viewer;
                case DEVELOPER -> developer;
                case ADMIN -> admin;
                case OWNER -> owner;
            };
        }
    }

    /** What a role may give; empty where it is not narrowed. */
    public Optional<ScopeSet> scopesOf(Role role) {
        return scopes.flatMap(byRole -> byRole.of(role)).map(ScopeSet::new);
    }

    public boolean requiresExpiry() {
        return expiryRequired.orElse(false) || maxLifetime.isPresent();
    }

    public boolean requiresCidrs() {
        return cidrsRequired.orElse(false);
    }

    /** Whether anything depends on who makes the key. */
    public boolean hasRoles() {
        return createdBy.isPresent() || scopes.isPresent();
    }

    static void check(KeyType type, TypePolicy policy) {
        var field = "key_types." + type.wire() + ".";
        var ofType = TypeTerms.lifetimeMax(type);
        policy.maxLifetime().filter(wanted -> wanted.compareTo(ofType) > 0).ifPresent(_ -> {
            throw invalid(
                    field + "max_lifetime", "must be at most " + ofType.wire() + ": no key of this type lives longer");
        });
        var most = policy.maxLifetime().orElse(ofType);
        policy.defaultLifetime().filter(wanted -> wanted.compareTo(most) > 0).ifPresent(_ -> {
            throw invalid(field + "default_lifetime", "must be at most " + most.wire() + ", the longest life");
        });
        for (var role : Role.values()) {
            if (policy.scopesOf(role)
                    .filter(set -> set.scopes().size() > SCOPES_MAX)
                    .isPresent()) {
                throw invalid(
                        field + "scopes." + role.name().toLowerCase(Locale.ROOT),
                        "must have at most " + SCOPES_MAX + " entries");
            }
        }
    }

    static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }
}
