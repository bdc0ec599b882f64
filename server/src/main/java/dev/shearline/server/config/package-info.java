/** The configuration: typed records, one table of names, one parser. */
@NullMarked
package dev.shearline.server.config;

import org.jspecify.annotations.NullMarked;
