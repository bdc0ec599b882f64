/** What an operator's tools ask: alive, ready, metrics. On a port of its own. */
@NullMarked
package dev.shearline.server.ops;

import org.jspecify.annotations.NullMarked;
