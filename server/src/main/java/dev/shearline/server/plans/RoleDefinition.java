package dev.shearline.server.plans;

import java.util.List;

/** A role and the scopes that it holds, patterns such as {@code keys:*} included. */
public record RoleDefinition(String name, List<String> scopes) {

    public RoleDefinition {
        scopes = List.copyOf(scopes);
    }
}
