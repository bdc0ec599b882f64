package dev.shearline.server.http;

import dev.shearline.server.identity.Actor;
import java.util.concurrent.CompletableFuture;

/** What a credential turned out to be. */
public sealed interface Authentication {

    record Authenticated(Actor actor) implements Authentication {}

    /** @param reason a sentence for the caller: "The key is revoked." It is said to whoever presents the credential. */
    record Refused(String reason) implements Authentication {}

    /**
     * It must be looked up first: ask again when that is done. Of hot routes alone.
     *
     * @param known fails with what the caller is to be told
     */
    record Later(CompletableFuture<Void> known) implements Authentication {}
}
