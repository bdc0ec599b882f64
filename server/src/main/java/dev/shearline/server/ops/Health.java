package dev.shearline.server.ops;

/** What a check found, with a few words for whoever looks. */
public sealed interface Health {

    String detail();

    record Ready(String detail) implements Health {}

    record NotReady(String detail) implements Health {}
}
