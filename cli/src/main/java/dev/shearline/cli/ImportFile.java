package dev.shearline.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A file of keys: a JSON array, an object that holds one, an object a line, or CSV under a heading. */
final class ImportFile {
    private static final String STANDARD_INPUT = "-";
    private static final int BYTES_MAX = 256 * 1024 * 1024;
    private static final List<String> WHERE_LISTS_LIE = List.of("items", "keys", "apikey", "data");

    private ImportFile() {}

    static List<ObjectNode> read(Surroundings surroundings, String name) {
        try (var in = name.equals(STANDARD_INPUT)
                ? surroundings.in()
                : Files.newInputStream(surroundings.directory().resolve(name))) {
            var bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw CommandFailure.usage(name + " is longer than " + BYTES_MAX + " bytes: split it.");
            }
            var rows = rows(new String(bytes, StandardCharsets.UTF_8).strip());
            if (rows.isEmpty()) {
                throw CommandFailure.usage("There are no keys in " + name + ".");
            }
            return rows;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, Text.cannotRead(name, e), e);
        } catch (JacksonException | IllegalArgumentException e) {
            // what was wrong is not repeated: there may be keys in it
            throw new CommandFailure(
                    ExitCode.USAGE,
                    name + " is neither JSON (an array, or an object a line) nor CSV with a heading.",
                    e);
        }
    }

    static List<ObjectNode> rows(String text) {
        if (text.startsWith("[") || text.startsWith("{")) {
            return objects(json(text));
        }
        return text.isEmpty() ? List.of() : CsvRows.of(text);
    }

    private static JsonNode json(String text) {
        try {
            return ApiClient.JSON.readTree(text);
        } catch (JacksonException e) {
            var lines = ApiClient.JSON.createArrayNode();
            text.lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(ApiClient.JSON.readTree(line)));
            return lines;
        }
    }

    private static List<ObjectNode> objects(JsonNode node) {
        for (var name : WHERE_LISTS_LIE) {
            if (node.path(name).isArray() || node.path(name).isObject()) {
                return objects(node.path(name));
            }
        }
        var objects = new ArrayList<ObjectNode>();
        for (var each : node.isArray() ? node : ApiClient.JSON.createArrayNode().add(node)) {
            if (!(each instanceof ObjectNode object)) {
                throw new IllegalArgumentException("a key is an object");
            }
            objects.add(object);
        }
        return objects;
    }
}
