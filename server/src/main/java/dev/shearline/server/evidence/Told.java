package dev.shearline.server.evidence;

import dev.shearline.server.audit.CanonicalJson;
import dev.shearline.server.identity.OrganizationId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Tells those of a checkpoint who keep it elsewhere: each organization with its own line, the instance without any. */
final class Told {

    private static final String INSTANCE = OrganizationId.INSTANCE.value();

    private Told() {}

    static void write(CheckpointOutbox outbox, Handle handle, Checkpoint checkpoint) {
        var concerned = new ArrayList<String>();
        concerned.add(INSTANCE);
        checkpoint.lines().stream()
                .map(line -> line.head().chain())
                .filter(chain -> !chain.equals(INSTANCE))
                .forEach(concerned::add);
        var listeners = outbox.listeners(handle, concerned);
        if (!listeners.isEmpty()) {
            var sealed = listeners.stream()
                    .map(organization -> new CheckpointOutbox.Sealed(organization, content(checkpoint, organization)))
                    .toList();
            outbox.write(handle, checkpoint.number(), checkpoint.at(), List.copyOf(sealed));
        }
    }

    private static String content(Checkpoint checkpoint, String organization) {
        Map<String, Object> content = new TreeMap<>();
        content.put("number", checkpoint.number());
        content.put("at", checkpoint.at().toString());
        content.put("key", checkpoint.keyId());
        content.put("bytes", checkpoint.bytes().base64());
        content.put("signature", checkpoint.signature().base64());
        if (!organization.equals(INSTANCE)) {
            checkpoint.lines().stream()
                    .filter(line -> line.head().chain().equals(organization))
                    .forEach(line -> {
                        content.put("chain", line.head().chain());
                        content.put("seq", line.head().seq());
                        content.put("hash", line.head().hash().hex());
                        content.put("nonce", line.nonce().hex());
                    });
        }
        return new String(CanonicalJson.bytes(content), StandardCharsets.UTF_8);
    }
}
