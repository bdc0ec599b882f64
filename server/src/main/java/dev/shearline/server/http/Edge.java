package dev.shearline.server.http;

import dev.shearline.token.KeyFormat;

/** What every request of a listener shares. */
record Edge(Authenticators authenticators, TrustedProxies proxies, KeyFormat format, Json json, RequestIds ids) {}
