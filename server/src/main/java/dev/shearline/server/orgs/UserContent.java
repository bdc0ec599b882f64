package dev.shearline.server.orgs;

import java.util.Optional;

/** What somebody says about a user; what is left out stays what it was, an e-mail address of null goes. */
public record UserContent(Optional<String> name, Settable<String> email) {

    @Override
    public String toString() {
        return "user content";
    }
}
