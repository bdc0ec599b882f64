package dev.shearline.server.keys;

import dev.shearline.server.identity.Ref;

/** Where a team's key is to go: a team or department of its organization, or the organization itself. */
public record KeyMove(Ref unit) {}
