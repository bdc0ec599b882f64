/** The audit log as evidence: sealed into chains, signed in checkpoints, listed, exported and verified. */
@NullMarked
package dev.shearline.server.evidence;

import org.jspecify.annotations.NullMarked;
