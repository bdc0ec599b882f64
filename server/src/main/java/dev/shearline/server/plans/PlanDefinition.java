package dev.shearline.server.plans;

/** A plan that organizations have. */
public record PlanDefinition(String id, String title) {}
