package dev.shearline.server.http;

import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UserId;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.Secret;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** How the vocabulary looks in JSON: ids, scopes and times are strings; a secret is not rendered at all. */
final class JsonTypes {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private JsonTypes() {}

    static JacksonModule module() {
        var module = new SimpleModule("shearline");
        text(module, Instant.class, TIME::format, JsonTypes::findInstant);
        text(module, OrganizationId.class, OrganizationId::value, OrganizationId::find);
        text(module, UnitId.class, UnitId::value, UnitId::find);
        text(module, MembershipId.class, MembershipId::value, MembershipId::find);
        text(module, UserId.class, UserId::value, UserId::find);
        text(module, Scope.class, Scope::value, Scope::find);
        text(module, Lifetime.class, Lifetime::wire, Lifetime::find);
        text(module, Ref.class, Ref::wire, Ref::find);
        text(module, ApiKeyId.class, ApiKeyId::toString, ApiKeyId::find);
        module.addSerializer(ScopeSet.class, new Written<>(ScopeSet.class, JsonTypes::writeScopes));
        module.addSerializer(Secret.class, new Written<>(Secret.class, JsonTypes::refuseSecret));
        module.addDeserializer(Secret.class, new Read<>(Secret.class, text -> Optional.of(Secret.of(text))));
        return module;
    }

    private static <T> void text(
            SimpleModule module, Class<T> type, Function<T, String> write, Function<String, Optional<T>> find) {
        module.addSerializer(type, new Written<>(type, (value, out) -> out.writeString(write.apply(value))));
        module.addDeserializer(type, new Read<>(type, find));
    }

    private static Optional<Instant> findInstant(String text) {
        try {
            var instant = Instant.parse(text);
            return instant.isBefore(EARLIEST) || instant.isAfter(LATEST) ? Optional.empty() : Optional.of(instant);
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    private static void writeScopes(ScopeSet set, JsonGenerator out) {
        out.writeStartArray();
        for (var scope : set.scopes()) {
            out.writeString(scope.value());
        }
        out.writeEndArray();
    }

    private static void refuseSecret(Secret secret, JsonGenerator out) {
        throw new IllegalStateException("a secret is rendered only as a RevealedSecret");
    }

    private static final class Written<T> extends StdSerializer<T> {

        private final BiConsumer<T, JsonGenerator> write;

        Written(Class<T> type, BiConsumer<T, JsonGenerator> write) {
            super(type);
            this.write = write;
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializationContext context) {
            write.accept(value, out);
        }
    }

    private static final class Read<T> extends StdDeserializer<T> {

        private final Function<String, Optional<T>> find;

        Read(Class<T> type, Function<String, Optional<T>> find) {
            super(type);
            this.find = find;
        }

        @Override
        public T deserialize(JsonParser in, DeserializationContext context) {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                return context.reportInputMismatch(_valueClass, "not a string");
            }
            return find.apply(in.getString()).orElseGet(() -> context.reportInputMismatch(_valueClass, "not its form"));
        }
    }
}
