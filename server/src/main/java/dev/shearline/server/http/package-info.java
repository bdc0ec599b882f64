/** The HTTP edge: listening, routing, limits, credentials, JSON, problems, paging. Knows no feature. */
@NullMarked
package dev.shearline.server.http;

import org.jspecify.annotations.NullMarked;
