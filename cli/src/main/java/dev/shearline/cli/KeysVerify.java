package dev.shearline.cli;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code keys verify}. */
@Command(
        name = "verify",
        description = {
            "Asks whether a key is valid; exits with 10 when it is not.",
            "A probe: it counts no use and spends no single-use token, unless --spend is given."
        },
        mixinStandardHelpOptions = true)
final class KeysVerify implements Callable<Integer> {
    private static final String VARIABLE = "SHEARLINE_VERIFY_KEY";
    private static final int KEY_BYTES_MAX = 4096;

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(names = "--stdin", description = "read the key from standard input (or set " + VARIABLE + ")")
    private boolean stdin;

    @Option(names = "--scope", paramLabel = "SCOPE", description = "what it should be allowed to do", split = ",")
    private List<String> scopes = List.of();

    @Option(names = "--mode", paramLabel = "MODE", description = "live or test (default: live)")
    private @Nullable String mode;

    @Option(
            names = "--unit",
            paramLabel = "ID",
            description = "the team, department or organization that it is used for")
    private @Nullable String unit;

    @Option(names = "--resource", paramLabel = "RESOURCE", description = "what it is used on, such as project/42")
    private @Nullable String resource;

    @Option(names = "--address", paramLabel = "ADDRESS", description = "the address that it is used from")
    private @Nullable String address;

    @Option(names = "--cost", paramLabel = "N", description = "how much of its limits it uses (default: 1)")
    private @Nullable Integer cost;

    @Option(names = "--spend", description = "let it count as a use")
    private boolean spend;

    @Parameters(arity = "0..1", paramLabel = "KEY", hidden = true)
    private @Nullable String argument;

    private final Surroundings surroundings;

    KeysVerify(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var key = key();
        var body = ApiClient.object();
        body.put("key", key.reveal());
        Body.putAll(body, "scopes", scopes);
        Body.put(body, "mode", mode);
        Body.put(body, "unit", unit);
        Body.put(body, "resource", resource);
        Body.put(body, "address", address);
        if (cost != null) {
            body.put("cost", cost);
        }
        body.put("probe", !spend);
        try (var client = target.connect(surroundings)) {
            var verdict = client.post("/v1/keys/verify", body);
            var output = target.output(surroundings);
            if (output.isForPeople()) {
                print(verdict);
            } else {
                output.one(verdict, KeyViews.VERDICT);
            }
            return verdict.path("valid").asBoolean(false) ? ExitCode.OK : ExitCode.KEY_INVALID;
        }
    }

    private Secret key() {
        if (argument != null) {
            surroundings.tell("warning: a key among the arguments can be seen by others on this machine and stays in"
                    + " the shell's history. Use --stdin.");
            return Secret.of(argument);
        }
        if (stdin) {
            return Secret.of(standardInput());
        }
        var variable = surroundings.findVariable(VARIABLE);
        if (variable.isPresent()) {
            return Secret.of(variable.get().strip());
        }
        var console = surroundings.terminal() ? System.console() : null;
        var typed = console == null ? null : console.readPassword("Key: ");
        if (typed == null) {
            throw CommandFailure.usage("Which key? Pipe it in with --stdin, or set " + VARIABLE + ".");
        }
        return Secret.of(new String(typed).strip());
    }

    private String standardInput() {
        try {
            var text = new String(surroundings.in().readNBytes(KEY_BYTES_MAX), StandardCharsets.UTF_8).strip();
            if (text.isEmpty()) {
                throw CommandFailure.usage("Nothing came on standard input: pipe the key in.");
            }
            return text;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, "Cannot read standard input (" + e + ").", e);
        }
    }

    private void print(JsonNode verdict) {
        var style = surroundings.style();
        if (!verdict.path("valid").asBoolean(false)) {
            var code = verdict.path("code").asString("");
            var id = verdict.path("key_id").asString("");
            surroundings.answer(style.paint(Style.Colour.RED, "✗ refused") + (id.isEmpty() ? "" : " " + id) + ": "
                    + Reasons.inWords(code) + " (" + Text.printable(code) + ")");
            return;
        }
        surroundings.answer(style.paint(Style.Colour.GREEN, "✓ valid") + " "
                + verdict.path("key_id").asString("") + ": "
                + verdict.path("type").asString("") + " key of " + KeyText.party(verdict.path("owner")) + ", "
                + KeyText.expiry(surroundings, verdict));
        surroundings.answer("  scopes: " + KeyText.list(verdict.path("scopes")));
    }
}
