/**
 * The change feed: what changed, in one gapless order, followed by every node. Leases say which nodes may answer; acknowledgements say
 * when all of them know. The protocol is docs/decisions/0003-change-feed.md.
 */
@NullMarked
package dev.shearline.server.feed;

import org.jspecify.annotations.NullMarked;
