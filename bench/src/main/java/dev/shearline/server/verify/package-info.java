/** Benchmarks of what other packages do not see. */
@org.jspecify.annotations.NullMarked
package dev.shearline.server.verify;
