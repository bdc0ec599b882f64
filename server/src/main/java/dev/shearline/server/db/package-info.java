/** The database: connections, transactions, migrations, and the PostgreSQL that comes with Shearline. */
@NullMarked
package dev.shearline.server.db;

import org.jspecify.annotations.NullMarked;
