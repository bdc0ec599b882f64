@NullMarked
package dev.shearline.server.embed;

import org.jspecify.annotations.NullMarked;
