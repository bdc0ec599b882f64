/**
 * The PostgreSQL that comes with Shearline: a launcher over PostgreSQL's own binaries, for {@code shearline dev} and for
 * tests. {@link dev.shearline.server.db.embedded.EmbeddedPostgres} is the way in.
 */
@NullMarked
package dev.shearline.server.db.embedded;

import org.jspecify.annotations.NullMarked;
