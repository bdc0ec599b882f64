package dev.shearline.server.identity;

import java.util.List;
import java.util.Set;

/** Which keys of an organization somebody sees: all, or those of some audiences (memberships and units). */
public sealed interface Reach {

    record WholeOrganization() implements Reach {}

    record Audiences(Set<String> ids) implements Reach {
        public Audiences {
            ids = Set.copyOf(ids);
        }
    }

    static Reach whole() {
        return new WholeOrganization();
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

    default List<String> audienceIds() {
        return switch (this) {
            case WholeOrganization _ -> List.of();
            case Audiences audiences -> audiences.ids().stream().sorted().toList();
        };
    }
}
