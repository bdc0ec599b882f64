/** Requests that return a secret and may be repeated: the answer is kept, for who presents the same again. */
@NullMarked
package dev.shearline.server.idempotency;

import org.jspecify.annotations.NullMarked;
