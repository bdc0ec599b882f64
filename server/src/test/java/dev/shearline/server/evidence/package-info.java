@NullMarked
package dev.shearline.server.evidence;

import org.jspecify.annotations.NullMarked;
