/** Who there is: organizations, their departments and teams, users, and members with roles. */
@NullMarked
package dev.shearline.server.orgs;

import org.jspecify.annotations.NullMarked;
