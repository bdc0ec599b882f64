package dev.shearline.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A log line as a JSON object: {@code time}, {@code level}, {@code logger}, {@code message}, the pairs that the caller gave, {@code error}.
 *
 * <p>Redacted by default: of an exception its class, its SQL state and its frames are written, and not its message. What our own code logs
 * it has chosen; what a library puts into a message nobody has, and a driver quotes rows. Whole keys and passwords in URLs are cut out of
 * what is left.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {
    static final int FRAMES_MAX = 64;
    static final int CAUSES_MAX = 8;
    private static final int EXPECTED_BYTES = 512;

    private static final Pattern KEY =
            Pattern.compile("\\b([a-z][a-z0-9]{1,9}_(?:live|test)_[a-z]{2}_[0-9A-Za-z]{12})[0-9A-Za-z]{20,}");
    private static final Pattern PASSWORD = Pattern.compile("(://[^\\s/:@]*):[^\\s/@]+@");
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final JsonFactory json = new JsonFactory();

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        var line = new ByteArrayOutputStream(EXPECTED_BYTES);
        try (var out = json.createGenerator(ObjectWriteContext.empty(), line)) {
            out.writeStartObject();
            out.writeStringProperty("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
            out.writeStringProperty("level", event.getLevel().toString());
            out.writeStringProperty("logger", event.getLoggerName());
            out.writeStringProperty("message", redacted(event.getFormattedMessage()));
            writePairs(out, event);
            if (event.getThrowableProxy() != null) {
                out.writeName("error");
                writeError(out, event.getThrowableProxy(), CAUSES_MAX);
            }
            out.writeEndObject();
        }
        line.writeBytes(System.lineSeparator().getBytes(StandardCharsets.US_ASCII));
        return line.toByteArray();
    }

    private static void writePairs(JsonGenerator out, ILoggingEvent event) {
        var pairs = event.getKeyValuePairs();
        if (pairs == null) {
            return;
        }
        for (var pair : pairs) {
            out.writeName(pair.key);
            switch (pair.value) {
                case Integer number -> out.writeNumber(number);
                case Long number -> out.writeNumber(number);
                case Double number -> out.writeNumber(number);
                case Boolean flag -> out.writeBoolean(flag);
                case null -> out.writeNull();
                case Object value -> out.writeString(redacted(value.toString()));
            }
        }
    }

    private static void writeError(JsonGenerator out, IThrowableProxy error, int causes) {
        out.writeStartObject();
        out.writeStringProperty("class", error.getClassName());
        if (error instanceof ThrowableProxy known && known.getThrowable() instanceof SQLException sql) {
            out.writeStringProperty("sql_state", sql.getSQLState());
        }
        out.writeArrayPropertyStart("stack");
        var frames = error.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
            out.writeString(frames[i].getStackTraceElement().toString());
        }
        out.writeEndArray();
        if (error.getCause() != null && causes > 0) {
            out.writeName("cause");
            writeError(out, error.getCause(), causes - 1);
        }
        out.writeEndObject();
    }

    private static String redacted(String text) {
        return PASSWORD.matcher(KEY.matcher(text).replaceAll("$1…")).replaceAll("$1:…@");
    }
}
