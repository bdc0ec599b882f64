package dev.shearline.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A key to be made. Immutable: each method returns another one. */
public final class NewKey {

    private final Fields fields;

    private NewKey(Fields fields) {
        this.fields = fields;
    }

    private static NewKey of(String type, String name) {
        return new NewKey(Fields.NONE.with("type", type).with("name", name).with("scopes", List.of()));
    }

    /** Of a user, who must be a member of the organization. */
    public static NewKey personal(String name, String user) {
        return of("personal", name).with("user", user);
    }

    /** Of a team, a department or an organization. */
    public static NewKey team(String name) {
        return of("team", name);
    }

    /** Of an organization's pipelines. */
    public static NewKey ci(String name) {
        return of("ci", name);
    }

    /** A single use. */
    public static NewKey ephemeral(String name) {
        return of("ephemeral", name);
    }

    /** Of the instance itself. */
    public static NewKey operator(String name) {
        return of("operator", name);
    }

    /** @param organization its id, or {@code ext:} and yours */
    public NewKey in(String organization) {
        return with("organization", organization);
    }

    public NewKey ofDepartment(String department) {
        return with("department", department);
    }

    public NewKey ofTeam(String team) {
        return with("team", team);
    }

    public NewKey scopes(String... scopes) {
        return with("scopes", List.of(scopes));
    }

    public NewKey describedAs(String description) {
        return with("description", description);
    }

    public NewKey forTests() {
        return with("mode", "test");
    }

    public NewKey publishable() {
        return with("visibility", "publishable");
    }

    /** {@code 12h}, {@code 90d}, {@code 1y} or {@code none}. */
    public NewKey expiresIn(String lifetime) {
        return with("expires_in", lifetime);
    }

    public NewKey expiresAt(Instant time) {
        return with("expires_at", time.toString());
    }

    public NewKey notBefore(Instant time) {
        return with("not_before", time.toString());
    }

    /** From where it works. */
    public NewKey from(String... cidrs) {
        return with("cidrs", List.of(cidrs));
    }

    /** What verdicts say of it, at most 256 bytes of JSON. */
    public NewKey verifiedMetadata(Map<String, ?> metadata) {
        return with("verified_metadata", metadata);
    }

    public NewKey metadata(Map<String, ?> metadata) {
        return with("metadata", metadata);
    }

    /** A further field of the API's reference. */
    public NewKey with(String field, Object value) {
        return new NewKey(fields.with(field, value));
    }

    Map<String, @Nullable Object> body() {
        return fields.values();
    }
}
