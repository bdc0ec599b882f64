package dev.shearline.client.testing;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** What is said of a key, in the order of the server. */
final class FakeVerdicts {

    static final String ORGANIZATION = "org_fake000000000000";

    private static final Map<String, Object> HOLDER =
            Map.of("type", "organization", "id", ORGANIZATION, "external_id", "fake");

    private FakeVerdicts() {}

    static Map<String, Object> unknown() {
        return Map.of("valid", false, "code", "not_found", "depends_on", List.of(), "cacheable", false);
    }

    static Map<String, Object> of(FakeKey key, JsonNode question) {
        var code = code(key, question);
        var verdict = new LinkedHashMap<String, Object>();
        verdict.put("valid", code.equals("allowed"));
        verdict.put("code", code);
        verdict.put("key_id", key.id());
        verdict.put("type", "team");
        verdict.put("mode", key.test() ? "test" : "live");
        verdict.put("visibility", "secret");
        verdict.put("owner", HOLDER);
        verdict.put("organization", Map.of("id", ORGANIZATION, "external_id", "fake"));
        verdict.put("boundary", HOLDER);
        verdict.put("scopes", key.scopes());
        if (!key.cidrs().isEmpty()) {
            verdict.put("cidrs", key.cidrs());
        }
        verdict.put("depends_on", List.of(key.id(), ORGANIZATION, "custom", "instance"));
        verdict.put("cacheable", key.cacheable());
        key.expiresIn().ifPresent(left -> verdict.put("cacheable_for_ms", left.toMillis()));
        return verdict;
    }

    private static String code(FakeKey key, JsonNode question) {
        if (!key.code().equals("allowed")) {
            return key.code();
        }
        if (key.test() != question.path("mode").asString("live").equals("test")) {
            return "wrong_mode";
        }
        boolean held = StreamSupport.stream(question.path("scopes").spliterator(), false)
                .allMatch(scope -> holds(key, scope.asString()));
        if (!held) {
            return "insufficient_scope";
        }
        var address = question.path("address").asString("");
        boolean good = key.cidrs().isEmpty()
                || (!address.isEmpty() && key.cidrs().stream().anyMatch(block -> contains(block, address)));
        return good ? "allowed" : "address_not_allowed";
    }

    private static boolean holds(FakeKey key, String scope) {
        return key.scopes().stream()
                .anyMatch(held -> held.equals(scope)
                        || held.equals("*")
                        || (held.endsWith(":*") && scope.startsWith(held.substring(0, held.length() - 1))));
    }

    private static boolean contains(String block, String address) {
        int slash = block.indexOf('/');
        try {
            var network = InetAddress.getByName(slash < 0 ? block : block.substring(0, slash))
                    .getAddress();
            var asked = InetAddress.getByName(address).getAddress();
            int bits = network.length * 8
                    - (slash < 0 ? network.length * 8 : Integer.parseInt(block.substring(slash + 1)));
            return network.length == asked.length
                    && new BigInteger(1, network).shiftRight(bits).equals(new BigInteger(1, asked).shiftRight(bits));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
