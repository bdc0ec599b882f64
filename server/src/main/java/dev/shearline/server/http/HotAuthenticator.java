package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;

/**
 * Finds who presents a credential, in memory, or says that it has to be looked up first. Runs on the event loop: must not block, should
 * not allocate.
 */
@FunctionalInterface
public interface HotAuthenticator {

    Authentication authenticate(Secret credential, IpAddress address);
}
