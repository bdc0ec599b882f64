/** How often keys may be used: rate limits and quotas, of keys, their owners and their organizations. */
@NullMarked
package dev.shearline.server.limits;

import org.jspecify.annotations.NullMarked;
