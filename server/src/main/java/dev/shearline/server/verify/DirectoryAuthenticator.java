package dev.shearline.server.verify;

import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.HotAuthenticator;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.Secret;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Finds the caller of a hot route in the directory. While the node is fresh that is as good as asking the primary: a revocation is not
 * complete before this directory has it. To call is to use the key: that is noted here.
 */
final class DirectoryAuthenticator implements HotAuthenticator {

    private static final Authentication UNKNOWN =
            new Authentication.Refused("This key is not known: check that it is whole and of this instance.");
    private static final Authentication NOT_ALIVE =
            new Authentication.Refused("This key is not valid any more or not yet: check its status.");
    private static final Authentication SINGLE_USE =
            new Authentication.Refused("A single-use token cannot call this API: use another type of key.");
    private static final Authentication LIMITED = new Authentication.Refused(
            "This key is limited to resources and cannot call this API: use a key without \"resources\".");
    private static final Authentication WRONG_ADDRESS =
            new Authentication.Refused("This key is not allowed from your address: check its CIDRs.");

    private final Directory directory;
    private final Entitlements entitlements;
    private final KeyUses uses;
    private final ReadThrough reads;
    private final InstantSource clock;

    DirectoryAuthenticator(Directory directory, KeyUses uses, ReadThrough reads, InstantSource clock) {
        this.directory = directory;
        this.entitlements = new Entitlements(directory);
        this.uses = uses;
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    public Authentication authenticate(Secret credential, IpAddress address) {
        // a text that has the digest of a key is that key, whatever its shape
        var digest = KeyDigest.of(credential);
        var keys = directory.keys();
        var entry = keys.find(digest);
        if (entry == null) {
            return keys.mayExist(digest) ? new Authentication.Later(reads.readCaller(digest)) : UNKNOWN;
        }
        long now = clock.millis();
        if (Judge.standing(entry, now) != null || !(entry instanceof LiveKey key)) {
            return NOT_ALIVE;
        }
        if (key.type() == KeyType.EPHEMERAL) {
            return SINGLE_USE;
        }
        if (!Judge.isAddressAllowed(key.cidrs, Optional.of(address))) {
            return WRONG_ADDRESS;
        }
        if (!key.resources.isEmpty()) {
            return LIMITED;
        }
        uses.called(key, address, now);
        // hot routes show no lists, so nobody's reach matters here
        return new Authentication.Authenticated(
                key.type() == KeyType.OPERATOR
                        ? new Actor.Operator(key.id(), key.scopes, key.mode())
                        : new Actor.Key(
                                key.id(),
                                new OrganizationId(key.organization.id),
                                Rights.of(entitlements.scopesOf(key, null), Reach.nothing()),
                                key.mode()));
    }
}
