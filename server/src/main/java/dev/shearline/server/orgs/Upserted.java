package dev.shearline.server.orgs;

import dev.shearline.server.changes.Changed;

/** What a PUT left behind, and whether it was there before. */
public record Upserted<T>(boolean created, Changed<T> changed) {}
