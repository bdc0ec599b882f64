package dev.shearline.server.audit;

import dev.shearline.server.identity.OrganizationId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What happened to what.
 *
 * @param action {@code key.revoked}: thing and past participle
 * @param details values of JSON: text, whole numbers, booleans, lists and maps of them. Never a secret, never a personal field
 * @param personal what names a person, for instance a user's name and e-mail: kept apart, and erasable
 */
public record AuditEvent(
        OrganizationId organization,
        String action,
        String target,
        Map<String, Object> details,
        Map<String, Object> personal) {

    public AuditEvent {
        details = Map.copyOf(details);
        personal = Map.copyOf(personal);
    }

    public static AuditEvent of(OrganizationId organization, String action, String target) {
        return new AuditEvent(organization, action, target, Map.of(), Map.of());
    }

    public AuditEvent with(String name, Object value) {
        var more = new TreeMap<>(details);
        more.put(name, value);
        return new AuditEvent(organization, action, target, more, personal);
    }

    public AuditEvent with(String name, Optional<?> value) {
        return value.isPresent() ? with(name, value.get()) : this;
    }

    public AuditEvent withPersonal(String name, Optional<?> value) {
        if (value.isEmpty()) {
            return this;
        }
        var more = new TreeMap<>(personal);
        more.put(name, value.get());
        return new AuditEvent(organization, action, target, details, more);
    }
}
