package dev.shearline.cli;

import tools.jackson.databind.JsonNode;

/** How far a change has come, in words. */
final class Propagated {

    private Propagated() {}

    /** {@code dead on 3 of 3 nodes after 41 ms}. */
    static String dead(JsonNode propagation) {
        return on("dead", propagation);
    }

    /** {@code in force on 3 of 3 nodes after 41 ms}. */
    static String everywhere(JsonNode propagation) {
        return on("in force", propagation);
    }

    private static String on(String state, JsonNode propagation) {
        if (!propagation.has("nodes")) {
            return "";
        }
        int nodes = propagation.path("nodes").asInt(0);
        int fenced = propagation.path("fenced").asInt(0);
        var text = new StringBuilder(state)
                .append(" on ")
                .append(propagation.path("acknowledged").asInt(0))
                .append(" of ")
                .append(nodes)
                .append(nodes == 1 ? " node after " : " nodes after ")
                .append(propagation.path("took_ms").asLong(0))
                .append(" ms");
        if (fenced > 0) {
            text.append(", ").append(fenced).append(" cut off and answering nothing");
        }
        if (!propagation.path("complete").asBoolean(false)) {
            text.append("; ")
                    .append(state)
                    .append(" everywhere ")
                    .append(
                            propagation.hasNonNull("dead_by")
                                    ? "by " + propagation.path("dead_by").asString("") + " at the latest"
                                    : "as soon as the nodes have contact again");
        }
        return text.toString();
    }
}
