package dev.shearline.server.plans;

import java.util.List;
import java.util.Optional;

/** What is to change about a scope. Its name is what keys hold, and stays. */
public record ScopePatch(
        Optional<String> title,
        Optional<String> description,
        Optional<List<String>> roles,
        Optional<Boolean> publishable) {

    public ScopePatch {
        roles = roles.map(List::copyOf);
    }
}
