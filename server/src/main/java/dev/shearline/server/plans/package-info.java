/** The catalog of the instance: scopes, roles and plans. */
@NullMarked
package dev.shearline.server.plans;

import org.jspecify.annotations.NullMarked;
