package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;

/** Finds who presents a credential. Runs on a virtual thread and may ask the database. */
@FunctionalInterface
public interface Authenticator {

    Authentication authenticate(Secret credential, IpAddress address);
}
