package dev.shearline.server.http;

/** A method and a path; {@code :name} stands for one segment. */
public record Route(String method, String path) {}
