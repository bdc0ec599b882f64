package dev.shearline.server.http;

import java.util.ArrayList;
import java.util.List;

/**
 * The routes of a listener, each with the kind of thread that answers it: {@code routes.get(…)} a virtual thread that
 * may block, {@code routes.hot().post(…)} the event loop, {@code routes.stream(…)} server-sent events. {@code routes.embedded().get(…)} is
 * what embed sessions may call besides.
 */
public final class Routes {

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Hot hot = new Hot();
    private final Embedded embedded = new Embedded();

    public void get(String path, BlockingHandler handler) {
        blocking("GET", path, handler);
    }

    public void post(String path, BlockingHandler handler) {
        blocking("POST", path, handler);
    }

    /** Of a body of at most {@link HttpLimits#LARGE_BODY_BYTES_MAX}. */
    public void postLarge(String path, BlockingHandler handler) {
        endpoints.add(new Endpoint.Blocking(new Route("POST", path), handler, true, false));
    }

    public void put(String path, BlockingHandler handler) {
        blocking("PUT", path, handler);
    }

    public void patch(String path, BlockingHandler handler) {
        blocking("PATCH", path, handler);
    }

    public void delete(String path, BlockingHandler handler) {
        blocking("DELETE", path, handler);
    }

    public void stream(String path, StreamHandler handler) {
        endpoints.add(new Endpoint.Streaming(new Route("GET", path), handler));
    }

    public Hot hot() {
        return hot;
    }

    public Embedded embedded() {
        return embedded;
    }

    /** Every route, in the order of registration. */
    public List<Route> list() {
        return endpoints.stream().map(Endpoint::route).toList();
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    RouteTable table() {
        return new RouteTable(endpoints);
    }

    private void blocking(String method, String path, BlockingHandler handler) {
        endpoints.add(new Endpoint.Blocking(new Route(method, path), handler, false, false));
    }

    /** Routes that embed sessions may call too, from pages of their origins: see {@link Embedding}. */
    public final class Embedded {

        private Embedded() {}

        public void get(String path, BlockingHandler handler) {
            add("GET", path, handler);
        }

        public void post(String path, BlockingHandler handler) {
            add("POST", path, handler);
        }

        public void patch(String path, BlockingHandler handler) {
            add("PATCH", path, handler);
        }

        private void add(String method, String path, BlockingHandler handler) {
            endpoints.add(new Endpoint.Blocking(new Route(method, path), handler, false, true));
        }
    }

    /** Routes whose handlers run on the event loop and must not block. Their paths have no variables. */
    public final class Hot {

        private Hot() {}

        public void get(String path, HotHandler handler) {
            add("GET", path, handler);
        }

        public void post(String path, HotHandler handler) {
            add("POST", path, handler);
        }

        private void add(String method, String path, HotHandler handler) {
            if (path.indexOf(':') >= 0) {
                throw new IllegalArgumentException("a hot route has no variables: " + path);
            }
            endpoints.add(new Endpoint.Hot(new Route(method, path), handler));
        }
    }
}
