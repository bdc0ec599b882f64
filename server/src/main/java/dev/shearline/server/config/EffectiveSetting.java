package dev.shearline.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting as a server would run with it.
 *
 * @param value what may be shown: of a database its address without the password
 * @param source {@code default}, the variable, or file and line
 */
public record EffectiveSetting(Setting setting, String value, String source) {

    private static final String DEFAULT = "default";
    private static final String NONE = "none";

    /** All of them, of a configuration without faults; otherwise every fault, as {@link SettingsParser} finds them. */
    public static List<EffectiveSetting> list(Map<String, String> environment, Optional<Path> file) {
        var settings = SettingsParser.parse(environment, file, Map.of());
        var given = Sources.of(environment, file, Map.of()).values();
        var effective = new ArrayList<EffectiveSetting>();
        for (var setting : Setting.values()) {
            var value = Optional.ofNullable(given.get(setting));
            var text = value.map(Sources.Value::text)
                    .or(setting::defaultText)
                    .filter(found -> !found.isEmpty())
                    .orElse(NONE);
            effective.add(new EffectiveSetting(
                    setting,
                    shown(setting, text, settings),
                    value.map(Sources.Value::where).orElse(DEFAULT)));
        }
        return effective;
    }

    private static String shown(Setting setting, String text, Settings settings) {
        return switch (setting) {
            case DATABASE_URL -> DatabaseUrl.mask(settings.database());
            case NODE_DATABASE_URL -> DatabaseUrl.mask(settings.nodeDatabase());
            case SMTP_URL, VALKEY_URL -> text.replaceFirst("//([^:@/]*):[^@]*@", "//$1:…@");
            case PUBLIC_URL -> settings.publicUrl().toString();
            default -> text;
        };
    }

    public boolean isDefault() {
        return source.equals(DEFAULT);
    }
}
