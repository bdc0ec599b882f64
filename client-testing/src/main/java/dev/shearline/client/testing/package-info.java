/** A fake server for tests of programs that use the Java SDK, and a JUnit extension that starts one for each test. */
@NullMarked
package dev.shearline.client.testing;

import org.jspecify.annotations.NullMarked;
