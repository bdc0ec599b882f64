package dev.shearline.server.plans;

import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** How many of something there may be: on the wire a number, or {@code "unlimited"}. */
@JsonSerialize(using = Allowance.Writer.class)
@JsonDeserialize(using = Allowance.Reader.class)
public record Allowance(OptionalInt number) {

    static final int NUMBER_MAX = 1_000_000;
    static final Allowance UNLIMITED = new Allowance(OptionalInt.empty());
    private static final String UNLIMITED_WIRE = "unlimited";

    static Allowance of(int number) {
        return new Allowance(OptionalInt.of(number));
    }

    /** Whether there may be one more than these. */
    boolean hasRoom(int used) {
        return number.isEmpty() || used < number.getAsInt();
    }

    /** Whether there are more than there may be. */
    boolean isExceededBy(int used) {
        return number.isPresent() && used > number.getAsInt();
    }

    @Override
    public String toString() {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : UNLIMITED_WIRE;
    }

    /** For Jackson. */
    static final class Writer extends StdSerializer<Allowance> {
        Writer() {
            super(Allowance.class);
        }

        @Override
        public void serialize(Allowance value, JsonGenerator out, SerializationContext context) {
            if (value.number.isPresent()) {
                out.writeNumber(value.number.getAsInt());
            } else {
                out.writeString(UNLIMITED_WIRE);
            }
        }
    }

    /** For Jackson. */
    static final class Reader extends StdDeserializer<Allowance> {
        Reader() {
            super(Allowance.class);
        }

        @Override
        public Allowance deserialize(JsonParser in, DeserializationContext context) {
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                long number = in.getLongValue();
                if (number >= 0 && number <= NUMBER_MAX) {
                    return of((int) number);
                }
            } else if (in.currentToken() == JsonToken.VALUE_STRING
                    && in.getString().equals(UNLIMITED_WIRE)) {
                return UNLIMITED;
            }
            return context.reportInputMismatch(Allowance.class, "neither a number nor unlimited");
        }
    }
}
