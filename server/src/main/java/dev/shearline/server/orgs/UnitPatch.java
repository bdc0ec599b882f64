package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.Optional;

/** What is to change about a department or a team; a department of null takes a team out of its department. */
public record UnitPatch(Optional<String> name, Settable<Ref> department) {}
