/** What stands between a configuration and a service that runs well, each with the command that mends it. */
@NullMarked
package dev.shearline.server.doctor;

import org.jspecify.annotations.NullMarked;
