/**
 * Answers whether a key may do something: from the directory, in memory, without the database, while the node is fresh. Only spending a
 * single-use token goes to the primary.
 */
@NullMarked
package dev.shearline.server.verify;

import org.jspecify.annotations.NullMarked;
