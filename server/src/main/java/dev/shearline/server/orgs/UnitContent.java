package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;

/** What the host platform says about a department or a team. A department left out stays what it was. */
public record UnitContent(Ref organization, String name, Settable<Ref> department) {}
