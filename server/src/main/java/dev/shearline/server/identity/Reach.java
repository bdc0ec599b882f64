package dev.shearline.server.identity;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which keys of an organization somebody sees or changes: all, or those of some audiences (memberships and units). */
public sealed interface Reach {

    record WholeOrganization() implements Reach {}

    record Audiences(Set<String> ids) implements Reach {
        public Audiences {
            ids = Set.copyOf(ids);
        }
    }

    static Reach nothing() {
        return new Audiences(Set.of());
    }

    static Reach whole() {
        return new WholeOrganization();
    }

    default boolean isWhole() {
        return this instanceof WholeOrganization;
    }

    default boolean includes(String audience) {
        return switch (this) {
            case WholeOrganization _ -> true;
            case Audiences audiences -> audiences.ids().contains(audience);
        };
    }

    default boolean includesAll(Reach other) {
        return switch (this) {
            case WholeOrganization _ -> true;
            case Audiences audiences ->
                other instanceof Audiences(var ids) && audiences.ids().containsAll(ids);
        };
    }

    default Reach within(Reach bound) {
        return switch (this) {
            case WholeOrganization _ -> bound;
            case Audiences(var ids) ->
                new Audiences(ids.stream().filter(bound::includes).collect(Collectors.toSet()));
        };
    }

    default List<String> audienceIds() {
        return switch (this) {
            case WholeOrganization _ -> List.of();
            case Audiences audiences -> audiences.ids().stream().sorted().toList();
        };
    }
}
