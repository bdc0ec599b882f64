package dev.shearline.cli;

import java.util.List;
import picocli.CommandLine;

/** {@code keys}: what can be done with keys. */
final class KeysCommand {

    private KeysCommand() {}

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        return new Commands()
                .add("create", () -> new CommandLine(new KeysCreate(surroundings)))
                .add("import", () -> new CommandLine(new KeysImport(surroundings)))
                .add("list", () -> new CommandLine(new KeysList(surroundings)))
                .add("tree", () -> new CommandLine(new KeysTree(surroundings)))
                .add("unused", () -> KeysUnused.of(surroundings))
                .add("get", () -> new CommandLine(new KeysGet(surroundings)))
                .add("usage", () -> new CommandLine(new KeysUsage(surroundings)))
                .add("impact", () -> KeysImpact.of(surroundings))
                .add("callers", () -> KeysCallers.of(surroundings))
                .add("update", () -> new CommandLine(new KeysUpdate(surroundings)))
                .add("enable", () -> KeysSwitch.enable(surroundings))
                .add("disable", () -> KeysSwitch.disable(surroundings))
                .add("rotate", () -> new CommandLine(new KeysRotate(surroundings)))
                .add("move", () -> new CommandLine(new KeysMove(surroundings)))
                .add("revoke", () -> new CommandLine(new KeysRevoke(surroundings)))
                .add("verify", () -> new CommandLine(new KeysVerify(surroundings)))
                .group("keys", "Creates, lists, verifies, rotates and revokes API keys.", arguments);
    }
}
