package dev.shearline.server.limits;

/**
 * What one use draws from each limit.
 *
 * @param at when, in milliseconds
 * @param rule how rate limits decide, at this moment
 */
record Cost(long amount, long at, Sharing.Rule rule) {}
