package dev.shearline.server.identity;

import java.util.List;
import java.util.Optional;

/**
 * To which of the host's things a key is limited: {@code project/42}, or {@code project/*} for all of a type.
 *
 * @param externalId {@code *} for every one
 */
public record ResourcePattern(String type, String externalId) {

    public static Optional<ResourcePattern> find(String text) {
        int slash = text.indexOf('/');
        if (slash > 0 && text.substring(slash + 1).equals(ResourceName.EVERY)) {
            var type = text.substring(0, slash);
            return ResourceName.isType(type)
                    ? Optional.of(new ResourcePattern(type, ResourceName.EVERY))
                    : Optional.empty();
        }
        return ResourceName.find(text).map(name -> new ResourcePattern(name.type(), name.externalId()));
    }

    public boolean matches(ResourceName resource) {
        return type.equals(resource.type()) && (isOfAll() || externalId.equals(resource.externalId()));
    }

    public boolean covers(ResourcePattern other) {
        return type.equals(other.type) && (isOfAll() || externalId.equals(other.externalId));
    }

    private boolean isOfAll() {
        return externalId.equals(ResourceName.EVERY);
    }

    /** A key that is limited is refused where nobody says for what it is used. */
    public static boolean allow(List<ResourcePattern> limit, Optional<ResourceName> resource) {
        if (limit.isEmpty()) {
            return true;
        }
        if (resource.isEmpty()) {
            return false;
        }
        for (int i = 0; i < limit.size(); i++) {
            if (limit.get(i).matches(resource.get())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return type + "/" + externalId;
    }
}
