@NullMarked
package dev.shearline.server.reference;

import org.jspecify.annotations.NullMarked;
