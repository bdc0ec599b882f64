package dev.shearline.server.keys;

import dev.shearline.server.identity.Forced;
import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.ScopeSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What an embed session forces upon keys, as JSON has it: in requests, in answers and in the database. */
public record ForcedFields(
        Optional<List<String>> scopes,
        Optional<JsonNode> metadata,
        Optional<JsonNode> verifiedMetadata,
        Optional<Lifetime> maxTtl) {

    public ForcedFields {
        scopes = scopes.map(List::copyOf);
        metadata = metadata.filter(KeyMetadata::isGiven);
        verifiedMetadata = verifiedMetadata.filter(KeyMetadata::isGiven);
    }

    /** Empty where nothing is forced. */
    public static Optional<ForcedFields> of(Forced forced) {
        return forced.equals(Forced.NOTHING)
                ? Optional.empty()
                : Optional.of(new ForcedFields(
                        forced.scopes().map(ScopeSet::wire),
                        forced.metadata().map(KeyMetadata::parse),
                        forced.verifiedMetadata().map(KeyMetadata::parse),
                        forced.maxTtl()));
    }

    /** The same held against what keys may have, or the problem that names what they may not. */
    public Forced checked() {
        return new Forced(
                scopes.map(GrantedScopes::parse),
                metadata.map(KeyMetadata::checked),
                verifiedMetadata.flatMap(KeyMetadata::checkedVerified),
                maxTtl);
    }

    /** As it is stored. */
    public static String write(Forced forced) {
        var fields = JsonNodeFactory.instance.objectNode();
        forced.scopes().ifPresent(set -> {
            ArrayNode names = fields.putArray("scopes");
            set.wire().forEach(names::add);
        });
        forced.metadata().ifPresent(json -> fields.set("metadata", KeyMetadata.parse(json)));
        forced.verifiedMetadata().ifPresent(json -> fields.set("verified_metadata", KeyMetadata.parse(json)));
        forced.maxTtl().ifPresent(length -> fields.put("max_ttl", length.wire()));
        return fields.toString();
    }

    static Forced read(String json) {
        var fields = KeyMetadata.parse(json);
        return new Forced(
                fields.optional("scopes")
                        .map(names -> ScopeSet.ofWire(
                                names.valueStream().map(JsonNode::asString).toList())),
                fields.optional("metadata").map(JsonNode::toString),
                fields.optional("verified_metadata").map(JsonNode::toString),
                fields.optional("max_ttl").flatMap(length -> Lifetime.find(length.asString())));
    }
}
