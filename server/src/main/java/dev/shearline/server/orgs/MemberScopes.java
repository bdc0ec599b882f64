package dev.shearline.server.orgs;

import java.util.List;

/** The scopes of a member, in the place of those that their roles give. */
public record MemberScopes(List<String> scopes) {

    public MemberScopes {
        scopes = List.copyOf(scopes);
    }
}
