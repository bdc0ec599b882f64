package dev.shearline.server.orgs;

/** What the host platform says about an organization, all of it. */
public record OrganizationContent(String name) {}
