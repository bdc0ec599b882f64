package dev.shearline.server.orgs;

/** Which way a list runs through the times of creation. */
enum Order {
    ASCENDING(">", "ASC"),
    DESCENDING("<", "DESC");

    private final String comparison;
    private final String direction;

    Order(String comparison, String direction) {
        this.comparison = comparison;
        this.direction = direction;
    }

    /** A statement of ours in this direction: it has {@code %1$s} for the comparison and {@code %2$s} for the order. */
    String in(String statement) {
        return statement.formatted(comparison, direction);
    }
}
