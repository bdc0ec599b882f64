/** What a browser sees of this instance. */
@NullMarked
package dev.shearline.server.console;

import org.jspecify.annotations.NullMarked;
