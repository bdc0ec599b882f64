package dev.shearline.server.usage;

import dev.shearline.token.ApiKeyId;
import java.time.Instant;

/**
 * What a source has counted so far of one key in one hour.
 *
 * @param hour its beginning
 * @param units the costs added up
 */
record Row(ApiKeyId key, Instant hour, Outcome outcome, long count, long units) {}
