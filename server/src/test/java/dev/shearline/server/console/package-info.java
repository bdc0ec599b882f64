@NullMarked
package dev.shearline.server.console;

import org.jspecify.annotations.NullMarked;
