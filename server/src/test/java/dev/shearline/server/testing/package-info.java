/** What the tests of every package run on: a real PostgreSQL. */
@NullMarked
package dev.shearline.server.testing;

import org.jspecify.annotations.NullMarked;
