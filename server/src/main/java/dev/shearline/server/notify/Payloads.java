package dev.shearline.server.notify;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Json;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Puts facts into the words that receivers read: ids, names, types and times; never a secret, an address or what somebody has written as a
 * reason.
 */
final class Payloads {

    private final SubjectStore subjects = new SubjectStore();
    private final Json json;

    Payloads(Json json) {
        this.json = json;
    }

    /** @param data what the type is about: the key, the member, the checkpoint, and what the event says of it */
    private record Payload(
            String id,
            String type,
            Instant timestamp,
            SubjectStore.Party organization,
            Doer actor,
            Map<String, Object> data) {}

    private record Doer(String kind, String id) {}

    /** The facts of one organization, inside a transaction in it. */
    List<Message> compose(Tx tx, OrganizationId organization, List<Fact> facts) {
        var home = subjects.organization(tx, organization);
        var keys = subjects.keys(tx, organization, targets(facts, EventType::isOfKey));
        var users = subjects.users(tx, organization, targets(facts, EventType.MEMBER_REMOVED::equals));
        return facts.stream()
                .map(fact -> message(fact, home, data(fact, keys, users)))
                .toList();
    }

    private static List<String> targets(List<Fact> facts, Predicate<EventType> ofType) {
        return facts.stream()
                .filter(fact -> ofType.test(fact.type()))
                .map(Fact::target)
                .distinct()
                .toList();
    }

    private Map<String, Object> data(
            Fact fact, Map<String, SubjectStore.Key> keys, Map<String, SubjectStore.Party> users) {
        var data = new TreeMap<String, Object>();
        details(fact).properties().forEach(detail -> data.put(detail.getKey(), detail.getValue()));
        switch (fact.type()) {
            case KEY_CREATED,
                    KEY_ROTATED,
                    KEY_EXPIRING,
                    KEY_EXPIRED,
                    KEY_UNUSED_WARNING,
                    KEY_ROTATION_DUE,
                    KEY_DISABLED,
                    KEY_REVOKED -> {
                // said by the key itself
                data.keySet().removeAll(List.of("name", "expires_at"));
                Optional.ofNullable(keys.get(fact.target())).ifPresent(key -> data.put("key", key));
            }
            case MEMBER_REMOVED -> {
                data.put("member", fact.target());
                Optional.ofNullable(users.get(fact.target())).ifPresent(user -> data.put("user", user));
            }
            case MEMBER_INVITED -> data.put("invitation", fact.target());
            case CHECKPOINT_SEALED -> {}
        }
        return data;
    }

    private JsonNode details(Fact fact) {
        return json.mapper().readTree(fact.details());
    }

    private Message message(Fact fact, SubjectStore.Party home, Map<String, Object> data) {
        var payload = new Payload(
                fact.id(), fact.type().wire(), fact.at(), home, new Doer(fact.actorKind(), fact.actor()), data);
        return new Message(fact.id(), fact.type().wire(), json.mapper().writeValueAsString(payload));
    }

    /** Of a message that nothing has happened for. */
    String test(String id, Tx tx, WebhookEndpoint to, Caller caller, Instant at) {
        var payload = new Payload(
                id,
                EventType.TEST,
                at,
                subjects.organization(tx, to.organization()),
                new Doer(caller.actor().kind(), caller.actor().id()),
                Map.of("webhook", to.id()));
        return json.mapper().writeValueAsString(payload);
    }
}
