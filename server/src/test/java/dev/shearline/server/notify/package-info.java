@NullMarked
package dev.shearline.server.notify;

import org.jspecify.annotations.NullMarked;
