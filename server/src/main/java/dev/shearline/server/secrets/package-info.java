/** Instance keys, and encryption at rest under them. */
@NullMarked
package dev.shearline.server.secrets;

import org.jspecify.annotations.NullMarked;
