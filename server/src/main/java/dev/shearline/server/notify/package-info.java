/** Who must know hears of it: the outbox of facts, webhooks signed after Standard Webhooks, and mail. */
@NullMarked
package dev.shearline.server.notify;

import org.jspecify.annotations.NullMarked;
