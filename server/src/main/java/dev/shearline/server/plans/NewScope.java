package dev.shearline.server.plans;

import dev.shearline.server.identity.Scope;
import java.util.List;
import java.util.Optional;

/** A scope to be. */
public record NewScope(
        Scope name,
        String title,
        Optional<String> description,
        Optional<List<String>> roles,
        Optional<Boolean> publishable) {

    public NewScope {
        roles = roles.map(List::copyOf);
    }
}
