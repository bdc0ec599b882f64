package dev.shearline.server.http;

/** What every request of a listener shares. */
record Edge(Authenticators authenticators, TrustedProxies proxies, Json json, RequestIds ids) {}
