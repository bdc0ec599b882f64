package dev.shearline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code keys import}. */
@Command(
        name = "import",
        description = {
            "Takes over keys of another system: they go on working as they are.",
            "A key that is here already is left as it is, so a file may be imported again."
        },
        mixinStandardHelpOptions = true)
final class KeysImport implements Callable<Integer> {
    private static final String PATH = "/v1/keys/import";

    private static final View ROWS = new View(
            "keys", List.of(), 0, List.of(), List.of("row", "name", "status", "id", "code", "detail", "field"));

    /** Whose key it is, where another system's owner is named. */
    enum OwnerKind {
        user,
        organization
    }

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Parameters(paramLabel = "FILE", description = "JSON, an object a line, or CSV; - for standard input")
    private String file = "";

    @Option(
            names = "--from",
            paramLabel = "SYSTEM",
            description = "better-auth or unkey: what wrote the file; without it, it has the fields of the API")
    private @Nullable String from;

    @Option(names = "--dry-run", description = "only say what would become of the keys")
    private boolean dryRun;

    @Option(
            names = "--organization",
            paramLabel = "ID",
            description = "of keys that name none: an id, or ext:<your id>")
    private @Nullable String organization;

    @Option(
            names = "--owner",
            paramLabel = "KIND",
            description = "what the owners in another system's file are: user or organization (default: user)")
    private OwnerKind owner = OwnerKind.user;

    @Option(
            names = "--without-owner",
            description = "import rows that name no owner too, as keys of the whole organization of --organization")
    private boolean withoutOwner;

    @Option(
            names = "--provision",
            description = "make the owners that are not there yet; as an operator, with their ids as ext:<your id>")
    private boolean provision;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "of keys that have none: what they may do; repeatable",
            split = ",")
    private List<String> scopes = List.of();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "of keys without expiry: 90d, 1y, none, or a time (default: none)")
    private @Nullable String expires;

    private final Surroundings surroundings;
    private final TreeMap<String, Integer> lost = new TreeMap<>();
    private final List<ObjectNode> results = new ArrayList<>();

    KeysImport(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var converter = from == null ? null : converter(from);
        var rows = ImportFile.read(surroundings, file);
        var places = new ArrayList<Integer>();
        var items = new ArrayList<ObjectNode>();
        for (var row : rows) {
            int place = results.size();
            results.add(ApiClient.object()
                    .put("row", place + 1)
                    .put("name", row.path("name").asString("")));
            try {
                items.add(item(row, converter));
                places.add(place);
            } catch (ForeignRow.UnusableException e) {
                results.get(place)
                        .put("status", "refused")
                        .put("code", "unusable")
                        .put("detail", e.getMessage());
            }
        }
        try (var client = target.connect(surroundings)) {
            for (var batch : ImportBatch.of(places, items)) {
                answered(batch, client.postOnce(PATH, batch.body(dryRun)).path("items"));
            }
        }
        tell();
        tellEndless(items);
        if (items.stream().anyMatch(item -> item.has("plaintext"))) {
            surroundings.tell("There are keys in plain text in " + file + ": delete it when you need it no more.");
        }
        return count("refused") == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static KeyConverter converter(String system) {
        return switch (system) {
            case "better-auth" -> new BetterAuthKeys();
            case "unkey" -> new UnkeyKeys();
            default ->
                throw CommandFailure.usage(
                        "There is no converter of " + Text.printable(system)
                                + ": --from takes better-auth or unkey. Any other file needs the fields of the API: shearline keys import --help.");
        };
    }

    private ObjectNode item(ObjectNode row, @Nullable KeyConverter converter) {
        var item = row.deepCopy();
        if (converter != null) {
            var converted = converter.convert(new ForeignRow(row));
            item = converted.item();
            converted.lost().forEach(what -> lost.merge(what, 1, Integer::sum));
            var named = converted.owner();
            if (named.isPresent()) {
                putOwner(item, named.get());
            } else if (!withoutOwner) {
                throw new ForeignRow.UnusableException(
                        "It names no owner: with --without-owner it becomes a key of the whole organization.");
            }
        }
        if (!item.has("organization")) {
            Body.put(item, "organization", organization);
        }
        if (!item.has("type")) {
            item.put("type", item.has("user") ? "personal" : "team");
        }
        if (!item.has("scopes")) {
            scopes.forEach(item.putArray("scopes")::add);
        }
        if (!item.has("expires_in") && !item.has("expires_at")) {
            Body.putWhen(item, "expires_in", "expires_at", expires);
        }
        return item;
    }

    private void putOwner(ObjectNode item, String id) {
        if (!provision) {
            item.put(owner.name(), "ext:" + id);
            return;
        }
        var made = item.putObject(owner.name()).put("external_id", id);
        if (owner == OwnerKind.organization) {
            made.put("name", KeyConverter.cut(id, KeyConverter.NAME_MAX));
        }
    }

    private void answered(ImportBatch batch, JsonNode rows) {
        for (int i = 0; i < batch.places().size(); i++) {
            var result = results.get(batch.places().get(i));
            var row = rows.path(i);
            for (var field : List.of("status", "id", "code", "detail")) {
                result.set(field, row.path(field));
            }
            result.put("field", row.path("field").asString("").replaceFirst("^items\\[\\d+]\\.?", ""));
        }
    }

    private void tell() {
        var output = target.output(surroundings);
        if (!output.isForPeople()) {
            output.all(ApiClient.JSON.createArrayNode().addAll(results), ROWS);
        } else {
            results.stream().filter(KeysImport::isRefused).forEach(this::tellRefused);
        }
        lost.forEach((what, keys) -> surroundings.tell(keys + (keys == 1 ? " key has " : " keys have ") + what
                + ", which " + (keys == 1 ? "is" : "are") + " not imported."));
        var done = dryRun ? count("importable") + " could be imported" : count("imported") + " imported";
        surroundings.tell(
                (dryRun ? "Dry run: " : "") + results.size() + (results.size() == 1 ? " key: " : " keys: ") + done
                        + ", " + count("already_exists") + " here already, " + count("refused") + " refused."
                        + (dryRun ? " Nothing was changed." : ""));
    }

    private void tellEndless(List<ObjectNode> items) {
        long endless = items.stream()
                .filter(item -> !item.hasNonNull("expires_in") && !item.hasNonNull("expires_at"))
                .count();
        if (endless > 0) {
            surroundings.tell(endless + (endless == 1 ? " key says" : " keys say")
                    + " no expiry: without --expires 1y or the like they never expire.");
        }
        if (from == null
                && results.stream()
                        .anyMatch(row -> row.path("code").asString("").equals("unknown_field"))) {
            surroundings.tell(
                    "If another system has written the file: --from better-auth or --from unkey converts it.");
        }
    }

    private void tellRefused(ObjectNode result) {
        var name = result.path("name").asString("");
        surroundings.tell(
                "row " + result.path("row").asInt() + (name.isEmpty() ? "" : " \"" + Text.printable(name) + "\"") + ": "
                        + Text.printable(result.path("detail").asString("")) + " ("
                        + Text.printable(result.path("code").asString("")) + ")");
    }

    private static boolean isRefused(ObjectNode result) {
        return result.path("status").asString("").equals("refused");
    }

    private long count(String status) {
        return results.stream()
                .filter(result -> result.path("status").asString("").equals(status))
                .count();
    }
}
