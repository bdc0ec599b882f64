package dev.shearline.server.limits;

/** What is limited, live and test apart. */
record MeterId(String of, boolean test) {}
