/** What is counted of verifications: by key, hour and outcome. */
@NullMarked
package dev.shearline.server.usage;

import org.jspecify.annotations.NullMarked;
