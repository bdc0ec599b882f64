/** The {@code shearline} command. */
@NullMarked
package dev.shearline.cli;

import org.jspecify.annotations.NullMarked;
