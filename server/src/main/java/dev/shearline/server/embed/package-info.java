/** Screens for keys in pages of hosts: the sessions that they act with, and the hosted page. See docs/decisions/0028. */
@NullMarked
package dev.shearline.server.embed;

import org.jspecify.annotations.NullMarked;
