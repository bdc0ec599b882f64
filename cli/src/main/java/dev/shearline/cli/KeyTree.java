package dev.shearline.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An organization's keys below those who own them. Each place has a name, keys, and places below it. */
final class KeyTree {
    private static final String ID = "id";
    private static final String NAME = "name";
    private static final String KEYS = "keys";
    private static final String CHILDREN = "children";
    private static final String REQUESTS = "requests";

    private final ObjectNode root;
    private final ObjectNode personal;
    private final ObjectNode teams;
    private final ObjectNode pipelines;
    private final ObjectNode ephemeral;
    private final Map<String, ObjectNode> places = new HashMap<>();

    KeyTree(JsonNode organization) {
        root = place("organization", organization);
        personal = group("personal", "Personal Keys");
        teams = group("team", "Team Keys");
        pipelines = group("ci", "CI/CD Tokens");
        ephemeral = group("ephemeral", "Ephemeral Tokens");
        places.put(organization.path(ID).asString(""), teams);
    }

    private ObjectNode group(String type, String name) {
        var group = ApiClient.object().put("type", type).put(NAME, name);
        group.putArray(KEYS);
        group.putArray(CHILDREN);
        ((ArrayNode) root.path(CHILDREN)).add(group);
        return group;
    }

    private static ObjectNode place(String type, JsonNode thing) {
        var place = ApiClient.object().put("type", type);
        place.set(ID, thing.path(ID));
        place.set(
                "external_id", thing.hasNonNull("external_id") ? thing.path("external_id") : ApiClient.JSON.nullNode());
        place.set(NAME, thing.path(NAME));
        place.putArray(KEYS);
        place.putArray(CHILDREN);
        return place;
    }

    void addMember(JsonNode member) {
        addBelow(personal, place("user", member.path("user")));
    }

    /** Departments first: a team stands below its own, if it has one. */
    void addUnit(JsonNode unit) {
        var above = places.getOrDefault(unit.path("department").asString(""), teams);
        addBelow(above, place(unit.path("type").asString(""), unit));
    }

    private void addBelow(ObjectNode above, ObjectNode place) {
        ((ArrayNode) above.path(CHILDREN)).add(place);
        places.put(place.path(ID).asString(""), place);
    }

    /** @param requests that were allowed lately */
    void addKey(JsonNode key, long requests) {
        var place = switch (key.path("type").asString("")) {
            case "ci" -> pipelines;
            case "ephemeral" -> ephemeral;
            case "personal" -> owner(key, personal);
            default -> owner(key, teams);
        };
        ((ArrayNode) place.path(KEYS)).add(((ObjectNode) key.deepCopy()).put(REQUESTS, requests));
    }

    /** Whoever may see a key but not its owner is shown what the key says of it. */
    private ObjectNode owner(JsonNode key, ObjectNode group) {
        var owner = key.path("owner");
        var id = owner.path(ID).asString("");
        if (!places.containsKey(id)) {
            var known = (ObjectNode) owner.deepCopy();
            known.put(NAME, KeyText.party(owner));
            addBelow(group, place(owner.path("type").asString(""), known));
        }
        return places.getOrDefault(id, group);
    }

    /** What has no keys below it is left out, but not the groups that everybody has. */
    JsonNode pruned() {
        prune(personal);
        prune(teams);
        if (ephemeral.path(KEYS).isEmpty()) {
            ((ArrayNode) root.path(CHILDREN)).remove(root.path(CHILDREN).size() - 1);
        }
        return root;
    }

    private static boolean prune(ObjectNode place) {
        var kept = new ArrayList<JsonNode>();
        for (var child : place.path(CHILDREN)) {
            if (prune((ObjectNode) child)) {
                kept.add(child);
            }
        }
        kept.sort(Comparator.comparing(child -> child.path(NAME).asString("")));
        place.putArray(CHILDREN).addAll(kept);
        return !kept.isEmpty() || !place.path(KEYS).isEmpty();
    }

    static List<String> headings() {
        return List.of("KEY", "ID", "LAST USED", "EXPIRES");
    }

    /** Adds the tree to a table with such headings. */
    static void draw(Surroundings surroundings, JsonNode root, Table table) {
        var name = root.path(NAME).asString("");
        var external = root.path("external_id").asString("");
        var title = external.isEmpty() || name.endsWith("ext:" + external) ? name : name + " (ext:" + external + ")";
        table.add(row(title, Style.Colour.BOLD));
        drawBelow(surroundings, root, "", table);
    }

    private static void drawBelow(Surroundings surroundings, JsonNode place, String indentation, Table table) {
        int left = place.path(KEYS).size() + place.path(CHILDREN).size();
        for (var key : place.path(KEYS)) {
            left--;
            table.add(row(surroundings, indentation + (left == 0 ? "└─ " : "├─ "), key));
        }
        for (var child : place.path(CHILDREN)) {
            left--;
            boolean empty = child.path(KEYS).isEmpty() && child.path(CHILDREN).isEmpty();
            var name = child.path(NAME).asString("") + (empty ? ": none" : "");
            table.add(row(indentation + (left == 0 ? "└─ " : "├─ ") + name, Style.Colour.NONE));
            drawBelow(surroundings, child, indentation + (left == 0 ? "   " : "│  "), table);
        }
    }

    private static List<Table.Cell> row(String text, Style.Colour colour) {
        return List.of(new Table.Cell(text, colour), Table.Cell.of(""), Table.Cell.of(""), Table.Cell.of(""));
    }

    private static List<Table.Cell> row(Surroundings surroundings, String branch, JsonNode key) {
        return List.of(
                Table.Cell.of(branch + Status.sign(key.path("status").asString("")) + KeyText.name(key)),
                Table.Cell.of(KeyText.id(key)),
                Table.Cell.of(KeyText.ago(surroundings, key, "last_used_at", "never") + requests(key)),
                Table.Cell.of(KeyText.ago(surroundings, key, "expires_at", "never")));
    }

    private static String requests(JsonNode key) {
        long requests = key.path(REQUESTS).asLong();
        return switch ((int) Math.min(requests, 2)) {
            case 0 -> "";
            case 1 -> " (1 request)";
            default -> String.format(Locale.ROOT, " (%,d requests)", requests);
        };
    }
}
