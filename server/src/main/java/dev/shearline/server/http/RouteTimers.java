package dev.shearline.server.http;

import io.micrometer.core.instrument.Timer;
import java.util.List;

/**
 * What is noted about the requests of a route.
 *
 * @param hot whether it is answered on the event loop
 * @param byStatus a timer for each class of status, 1xx to 5xx, at its number
 */
record RouteTimers(Route route, boolean hot, List<Timer> byStatus) {}
