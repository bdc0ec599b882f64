/** The key format of Shearline: mint, parse, checksum, digest, mask. No dependencies. */
@NullMarked
package dev.shearline.token;

import org.jspecify.annotations.NullMarked;
