package dev.shearline.server.identity;

import java.util.Optional;

/** Where a request came from, for the audit log. Address and user agent are personal fields: they can be erased. */
public record Origin(Optional<String> requestId, Optional<String> address, Optional<String> userAgent) {

    /** Of what the server does by itself. */
    public static Origin none() {
        return new Origin(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
