/** How every change is made: state, audit event and feed entry in one transaction, then the wait for the nodes. */
@NullMarked
package dev.shearline.server.changes;

import org.jspecify.annotations.NullMarked;
