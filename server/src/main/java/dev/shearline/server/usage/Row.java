package dev.shearline.server.usage;

import dev.shearline.token.ApiKeyId;
import java.time.Instant;

/**
 * What a source has counted so far of one key in one hour.
 *
 * @param hour its beginning
 * @param outcome as it is written; a newer release may know more of them than this one
 * @param units the costs added up
 */
record Row(ApiKeyId key, Instant hour, String outcome, long count, long units) {}
