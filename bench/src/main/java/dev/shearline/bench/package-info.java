/** Benchmarks: each measures a target of the design beside a peer, in one run. */
@NullMarked
package dev.shearline.bench;

import org.jspecify.annotations.NullMarked;
