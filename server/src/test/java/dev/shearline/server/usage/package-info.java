@NullMarked
package dev.shearline.server.usage;

import org.jspecify.annotations.NullMarked;
