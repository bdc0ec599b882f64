package dev.shearline.server.orgs;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.deser.std.StdDeserializer;

/**
 * A field of a body that changes a thing: left out, it leaves the value as it is; null clears it; anything else replaces it. Where a
 * value may be absent an {@code Optional} could not tell the first two apart.
 */
@JsonDeserialize(using = Settable.Reader.class)
public sealed interface Settable<T> {

    record Unset<T>() implements Settable<T> {}

    record Cleared<T>() implements Settable<T> {}

    record Set<T>(T value) implements Settable<T> {}

    static <T> Settable<T> unset() {
        return new Unset<>();
    }

    static <T> Settable<T> to(T value) {
        return new Set<>(value);
    }

    default <R> Settable<R> map(Function<T, R> function) {
        return switch (this) {
            case Unset<T> _ -> new Unset<>();
            case Cleared<T> _ -> new Cleared<>();
            case Set<T>(var value) -> new Set<>(function.apply(value));
        };
    }

    /** The value after the change. */
    default Optional<T> over(Optional<T> before) {
        return switch (this) {
            case Unset<T> _ -> before;
            case Cleared<T> _ -> Optional.empty();
            case Set<T>(var value) -> Optional.of(value);
        };
    }

    /** Reads any {@code Settable} with the reader of what it holds. */
    final class Reader extends StdDeserializer<Settable<?>> {

        private final @Nullable ValueDeserializer<Object> content;

        Reader() {
            this(null);
        }

        private Reader(@Nullable ValueDeserializer<Object> content) {
            super(Settable.class);
            this.content = content;
        }

        @Override
        public ValueDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
            return new Reader(
                    context.findContextualValueDeserializer(property.getType().containedType(0), property));
        }

        @Override
        public Settable<?> deserialize(JsonParser in, DeserializationContext context) {
            if (content == null) {
                throw new IllegalStateException("a Settable is read as a field of a body");
            }
            return new Set<>(content.deserialize(in, context));
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return new Unset<>();
        }

        @Override
        public Settable<?> getNullValue(DeserializationContext context) {
            return new Cleared<>();
        }
    }
}
