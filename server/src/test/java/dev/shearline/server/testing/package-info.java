/** What tests stand on: real databases, real nodes, real processes. */
@NullMarked
package dev.shearline.server.testing;

import org.jspecify.annotations.NullMarked;
