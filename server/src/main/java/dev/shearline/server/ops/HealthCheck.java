package dev.shearline.server.ops;

import java.util.function.Supplier;

/** A condition for taking traffic. Asked on a virtual thread; may block, up to {@link Readiness#CHECK_TIME_MAX}. */
public record HealthCheck(String name, Supplier<Health> question) {}
