/** The audit log: one event for every change of state, written in the transaction of the change. */
@NullMarked
package dev.shearline.server.audit;

import org.jspecify.annotations.NullMarked;
