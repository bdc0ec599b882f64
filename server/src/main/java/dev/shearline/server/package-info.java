/** The composition root. */
@NullMarked
package dev.shearline.server;

import org.jspecify.annotations.NullMarked;
