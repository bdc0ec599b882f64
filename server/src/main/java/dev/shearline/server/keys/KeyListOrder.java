package dev.shearline.server.keys;

/**
 * In which order a list runs, and with it the table that drives it: the one whose index has that order.
 *
 * @param alias of the driving table
 * @param key its column with the key's id, which settles ties
 * @param cast how a position of a cursor becomes a value again
 */
record KeyListOrder(String source, String alias, String value, String key, String cast, boolean descending) {

    static KeyListOrder of(KeyFilter filter, KeyRange range) {
        var keys = range.source();
        boolean descending = filter.descending();
        return switch (filter.sort()) {
            case CREATED ->
                filter.scope().isPresent() && !range.few()
                        ? new KeyListOrder(
                                "api_key_scope AS s JOIN " + keys + " ON k.id = s.key_id",
                                "s",
                                "s.created_at",
                                "s.key_id",
                                "timestamptz",
                                descending)
                        : new KeyListOrder(keys, "k", "k.created_at", "k.id", "timestamptz", descending);
            case NAME -> new KeyListOrder(keys, "k", "k.name_key", "k.id", "text", descending);
            case EXPIRES -> new KeyListOrder(keys, "k", "k.expires_at", "k.id", "timestamptz", descending);
            case LAST_USED ->
                new KeyListOrder(
                        "api_key_activity AS a JOIN " + keys + " ON k.id = a.key_id",
                        "a",
                        "a.last_used_at",
                        "a.key_id",
                        "timestamptz",
                        descending);
        };
    }

    String direction() {
        return descending ? "DESC" : "ASC";
    }

    String by() {
        return value + " " + direction() + ", " + key + " " + direction();
    }

    String after() {
        return "(" + value + ", " + key + ") " + (descending ? "<" : ">") + " (CAST(:afterValue AS " + cast
                + "), :afterId)";
    }

    String hasScope() {
        return alias.equals("s")
                ? "s.scope = :scope"
                : "k.id IN (SELECT g.key_id FROM api_key_scope AS g WHERE g.scope = :scope)";
    }

    String isUnused() {
        return alias.equals("a")
                ? "a.last_used_at < :unusedSince"
                : "k.id IN (SELECT x.key_id FROM api_key_activity AS x WHERE x.last_used_at < :unusedSince)";
    }
}
