package dev.shearline.server.orgs;

import java.util.List;

/** The roles of a member, all of them. */
public record MemberContent(List<GrantField> roles) {

    public MemberContent {
        roles = List.copyOf(roles);
    }
}
