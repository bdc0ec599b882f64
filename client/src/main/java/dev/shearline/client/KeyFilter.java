package dev.shearline.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which keys are listed: those for which all of it holds. Immutable: each method returns another one. */
public final class KeyFilter {

    /** All that the caller may see, but for revoked and used ones. */
    public static final KeyFilter ALL = new KeyFilter(Map.of());

    private final Map<String, String> parameters;

    private KeyFilter(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    public KeyFilter in(String organization) {
        return with("organization", organization);
    }

    public KeyFilter ofOwner(String owner) {
        return with("owner", owner);
    }

    public KeyFilter ofUnit(String unit) {
        return with("unit", unit);
    }

    /** {@code active}, {@code revoked}, …; several are joined by commas. */
    public KeyFilter status(String status) {
        return with("status", status);
    }

    /** A further parameter of the API's reference. */
    public KeyFilter with(String parameter, String value) {
        var more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new KeyFilter(more);
    }

    Map<String, String> parameters() {
        return parameters;
    }
}
