package dev.shearline.server.identity;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Scopes held together, sorted and without repetition. */
public record ScopeSet(List<Scope> scopes) {

    public static final ScopeSet NONE = new ScopeSet(List.of());
    public static final ScopeSet ALL = new ScopeSet(List.of(Scope.FULL_ACCESS));

    public ScopeSet {
        // most questions name one scope or none
        scopes = scopes.size() < 2
                ? List.copyOf(scopes)
                : scopes.stream().sorted().distinct().toList();
    }

    public static ScopeSet ofWire(Collection<String> texts) {
        return new ScopeSet(texts.stream().map(Scope::new).toList());
    }

    public boolean covers(Scope wanted) {
        // indexed on purpose: this runs for every verification and must not allocate an iterator
        for (int i = 0; i < scopes.size(); i++) {
            if (scopes.get(i).covers(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** The first of the wanted scopes that this set does not hold. */
    public Optional<Scope> findMissing(ScopeSet wanted) {
        return wanted.scopes.stream().filter(scope -> !covers(scope)).findFirst();
    }

    /** These and those. */
    public ScopeSet with(ScopeSet others) {
        return new ScopeSet(
                Stream.concat(scopes.stream(), others.scopes.stream()).toList());
    }

    /** What both hold: of a pattern in one, as much as the other has of it. */
    public ScopeSet within(ScopeSet bound) {
        var both = scopes.stream()
                .flatMap(scope -> bound.covers(scope)
                        ? Stream.of(scope)
                        : bound.scopes.stream().filter(scope::covers))
                .toList();
        return new ScopeSet(both);
    }

    public List<String> wire() {
        return scopes.stream().map(Scope::value).toList();
    }

    @Override
    public String toString() {
        return String.join(" ", wire());
    }
}
