package dev.shearline.server.http;

import dev.shearline.token.KeyFormat;

/** What every request of a listener shares. */
record Edge(
        Authenticators authenticators, Entrance entrance, KeyFormat format, Json json, RequestIds ids, Peers peers) {}
