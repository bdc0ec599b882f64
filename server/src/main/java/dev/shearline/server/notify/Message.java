package dev.shearline.server.notify;

/** A fact as it is told: the same bytes for every endpoint and every attempt. */
record Message(String id, String type, String body) {}
