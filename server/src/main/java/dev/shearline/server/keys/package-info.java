/** API keys: creation, lists, changes, rotation, revocation, spending, last use, and authentication with them. */
@NullMarked
package dev.shearline.server.keys;

import org.jspecify.annotations.NullMarked;
