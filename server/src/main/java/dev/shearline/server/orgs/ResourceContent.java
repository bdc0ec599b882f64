package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.Optional;

/**
 * What a resource is to be. A unit or a name left out stays what it was; null makes it the organization's, and takes the name away.
 *
 * @param organization left out, the caller's own; an operator says which
 */
record ResourceContent(Optional<Ref> organization, Settable<Ref> unit, Settable<String> name) {}
