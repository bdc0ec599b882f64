/** Network addresses as values: literals and blocks, never names, never a look-up. */
@NullMarked
package dev.shearline.server.net;

import org.jspecify.annotations.NullMarked;
