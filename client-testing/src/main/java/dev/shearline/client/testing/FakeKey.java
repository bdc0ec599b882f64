package dev.shearline.client.testing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A key that the fake server knows. Immutable: what changes it returns another one; say {@link FakeShearline#issue(FakeKey)} again, with the same
 * secret, to have the server know it so.
 *
 * @param code what a question about it gets where nothing else speaks against it: {@code allowed}, {@code revoked}, …
 * @param expiresIn from now
 * @param cacheable whether answers about it may be remembered; not those of single-use tokens and of keys with limits
 */
public record FakeKey(
        String id,
        String secret,
        String code,
        List<String> scopes,
        List<String> cidrs,
        boolean test,
        Optional<Duration> expiresIn,
        boolean cacheable) {

    static FakeKey of(String id, String secret, boolean test) {
        return new FakeKey(id, secret, "allowed", List.of(), List.of(), test, Optional.empty(), true);
    }

    public FakeKey scopes(String... held) {
        return new FakeKey(id, secret, code, List.of(held), cidrs, test, expiresIn, cacheable);
    }

    /** From where it works. */
    public FakeKey from(String... blocks) {
        return new FakeKey(id, secret, code, scopes, List.of(blocks), test, expiresIn, cacheable);
    }

    public FakeKey expiring(Duration from) {
        return new FakeKey(id, secret, code, scopes, cidrs, test, Optional.of(from), cacheable);
    }

    /** With limits, or for a single use: each question about it goes to the server. */
    public FakeKey notCacheable() {
        return new FakeKey(id, secret, code, scopes, cidrs, test, expiresIn, false);
    }

    /** Answered so from now on, for instance {@code revoked}. */
    public FakeKey answered(String with) {
        return new FakeKey(id, secret, with, scopes, cidrs, test, expiresIn, cacheable);
    }
}
