package dev.shearline.server.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds what answers a method and a path. A literal segment wins over a variable one. */
final class RouteTable {

    /** What was found. */
    sealed interface Match {
        record Found(Endpoint endpoint, Map<String, String> path) implements Match {}

        record WrongMethod(String allow) implements Match {}

        record Missing() implements Match {}
    }

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node variable;
        private final Map<String, Endpoint> methods = new TreeMap<>();
    }

    private final Node root = new Node();
    private final Map<String, Endpoint.Hot> hot = new HashMap<>();

    RouteTable(List<Endpoint> endpoints) {
        for (var endpoint : endpoints) {
            add(endpoint);
        }
    }

    private void add(Endpoint endpoint) {
        var route = endpoint.route();
        if (!route.path().startsWith("/")) {
            throw new IllegalArgumentException("a path starts with a slash: " + route.path());
        }
        var node = root;
        for (var segment : segments(route.path())) {
            node = segment.startsWith(":") ? variableOf(node) : literalOf(node, segment);
        }
        if (node.methods.put(route.method(), endpoint) != null) {
            throw new IllegalArgumentException("two routes for " + route.method() + " " + route.path());
        }
        if (endpoint instanceof Endpoint.Hot quick) {
            hot.putIfAbsent(route.path(), quick);
        }
    }

    private static Node literalOf(Node node, String segment) {
        return node.literals.computeIfAbsent(segment, _ -> new Node());
    }

    private static Node variableOf(Node node) {
        if (node.variable == null) {
            node.variable = new Node();
        }
        return node.variable;
    }

    /** The hot route of exactly this path, before anything is split or decoded. */
    Endpoint.@Nullable Hot hot(String path) {
        return hot.get(path);
    }

    Match match(String method, String path) {
        if (!path.startsWith("/")) {
            return new Match.Missing();
        }
        var found = find(root, new ArrayDeque<>(segments(path)));
        if (found.isEmpty()) {
            return new Match.Missing();
        }
        var methods = found.get().methods;
        var endpoint = methods.get(method.equals("HEAD") ? "GET" : method);
        return endpoint == null
                ? new Match.WrongMethod(allow(methods))
                : new Match.Found(endpoint, variables(endpoint.route().path(), path));
    }

    /** The methods of a path that embed sessions may use. */
    Set<String> embedded(String path) {
        var methods = new TreeSet<String>();
        if (path.startsWith("/")) {
            find(root, new ArrayDeque<>(segments(path)))
                    .ifPresent(node -> node.methods.forEach((method, endpoint) -> {
                        if (endpoint instanceof Endpoint.Blocking blocking && blocking.embedded()) {
                            methods.add(method);
                        }
                    }));
        }
        return methods;
    }

    private static Optional<Node> find(Node node, Deque<String> rest) {
        if (rest.isEmpty()) {
            return node.methods.isEmpty() ? Optional.empty() : Optional.of(node);
        }
        var segment = rest.removeFirst();
        var literal = node.literals.get(segment);
        var found = literal == null ? Optional.<Node>empty() : find(literal, rest);
        if (found.isEmpty() && node.variable != null && !segment.isEmpty()) {
            found = find(node.variable, rest);
        }
        rest.addFirst(segment);
        return found;
    }

    private static String allow(Map<String, Endpoint> methods) {
        var allowed = String.join(", ", methods.keySet());
        return methods.containsKey("GET") ? allowed.replace("GET", "GET, HEAD") : allowed;
    }

    private static Map<String, String> variables(String pattern, String path) {
        if (pattern.indexOf(':') < 0) {
            return Map.of();
        }
        var names = segments(pattern);
        var values = segments(path);
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).startsWith(":")) {
                variables.put(names.get(i).substring(1), UrlText.decodeSegment(values.get(i)));
            }
        }
        return variables;
    }

    private static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }
}
