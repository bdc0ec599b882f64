/** PostgreSQL: transactions under row-level security, the node's own connections, migrations, roles. */
@NullMarked
package dev.shearline.server.db;

import org.jspecify.annotations.NullMarked;
