/** The Java SDK against a server: its users' view. */
@NullMarked
package dev.shearline.server.client;

import org.jspecify.annotations.NullMarked;
