/** The Java SDK: management, verification, and the local verifier that answers from memory. */
@NullMarked
package dev.shearline.client;

import org.jspecify.annotations.NullMarked;
