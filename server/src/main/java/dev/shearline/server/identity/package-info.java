/** Who acts and on what: typed ids, references, scopes, and the sealed {@link dev.shearline.server.identity.Actor}. Vocabulary only: no storage, no HTTP. */
@NullMarked
package dev.shearline.server.identity;

import org.jspecify.annotations.NullMarked;
