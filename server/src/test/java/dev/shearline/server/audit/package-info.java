@NullMarked
package dev.shearline.server.audit;

import org.jspecify.annotations.NullMarked;
