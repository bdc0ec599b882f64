/** The protocol of the change feed, attacked. */
@NullMarked
package dev.shearline.server.feed;

import org.jspecify.annotations.NullMarked;
