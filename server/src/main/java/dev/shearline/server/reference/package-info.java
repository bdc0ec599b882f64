/** The API and its problems as pages for people, made from the documents that programs read. */
@NullMarked
package dev.shearline.server.reference;

import org.jspecify.annotations.NullMarked;
