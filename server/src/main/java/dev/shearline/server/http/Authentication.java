package dev.shearline.server.http;

import dev.shearline.server.identity.Actor;

/** What a credential turned out to be. */
public sealed interface Authentication {

    record Authenticated(Actor actor) implements Authentication {}

    /** @param reason a sentence for the caller: "The key is revoked." It is said to whoever presents the credential. */
    record Refused(String reason) implements Authentication {}
}
