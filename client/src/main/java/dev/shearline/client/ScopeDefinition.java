package dev.shearline.client;

import java.util.List;

/**
 * A right of your API.
 *
 * @param name {@code resource:action}
 * @param roles that hold it
 * @param publishable whether a publishable key may carry it
 */
public record ScopeDefinition(String name, String title, String description, List<String> roles, boolean publishable) {}
