package dev.shearline.client;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a key must be good for. Immutable: make one for each thing that your program asks, and keep it; the local verifier finds what it
 * remembers fastest by the same object.
 */
public final class Requirement {

    /** A live key that is good for whatever it is good for. */
    public static final Requirement NONE = new Requirement(Set.of(), false, Optional.empty(), Optional.empty());

    private final Set<String> scopes;
    private final boolean test;
    private final Optional<String> unit;
    private final Optional<String> resource;
    private final int hash;

    private Requirement(Collection<String> scopes, boolean test, Optional<String> unit, Optional<String> resource) {
        this.scopes = Set.copyOf(scopes);
        this.test = test;
        this.unit = unit;
        this.resource = resource;
        this.hash = Objects.hash(this.scopes, test, unit, resource);
    }

    /** All of these scopes must be held. */
    public static Requirement scopes(String... scopes) {
        return scopes(List.of(scopes));
    }

    public static Requirement scopes(Collection<String> scopes) {
        return new Requirement(scopes, false, Optional.empty(), Optional.empty());
    }

    /** The key is presented to a test environment: a live key is refused. */
    public Requirement inTestMode() {
        return new Requirement(scopes, true, unit, resource);
    }

    /** The team, department or organization for which the request is: its id, or {@code ext:} and yours. */
    public Requirement atUnit(String unit) {
        return new Requirement(scopes, test, Optional.of(unit), resource);
    }

    /** Which of your things the request is about, for example {@code project/42}. */
    public Requirement on(String resource) {
        return new Requirement(scopes, test, unit, Optional.of(resource));
    }

    /** In order. */
    public List<String> scopes() {
        return List.copyOf(new TreeSet<>(scopes));
    }

    public boolean isTest() {
        return test;
    }

    public Optional<String> unit() {
        return unit;
    }

    public Optional<String> resource() {
        return resource;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Requirement requirement
                        && hash == requirement.hash
                        && test == requirement.test
                        && scopes.equals(requirement.scopes)
                        && unit.equals(requirement.unit)
                        && resource.equals(requirement.resource));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "Requirement[scopes=" + scopes() + (test ? ", test" : "")
                + unit.map(at -> ", unit=" + at).orElse("")
                + resource.map(on -> ", resource=" + on).orElse("") + "]";
    }
}
