package dev.shearline.client;

import java.util.Optional;

/**
 * Whose something is, or where it holds.
 *
 * @param type {@code user}, {@code team}, {@code department}, {@code organization} or {@code instance}
 * @param externalId your own id of it
 */
public record Holder(Optional<String> type, Optional<String> id, Optional<String> externalId) {}
