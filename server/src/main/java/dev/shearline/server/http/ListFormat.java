package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** How a list is written: a page of JSON, or all of it in one answer, as lines of JSON or as CSV. */
public enum ListFormat {
    JSON,
    NDJSON,
    CSV;

    public static final String PARAMETER = "format";
    private static final String NDJSON_TYPE = "application/x-ndjson";
    private static final String CSV_TYPE = "text/csv; charset=utf-8";

    /** What the parameter says, or else the first that the header names alone. Only pages have a limit and a cursor. */
    public static ListFormat of(Request request) {
        var wanted = request.query(PARAMETER);
        var format = wanted.map(ListFormat::named)
                .orElseGet(() -> accepted(request.header("Accept").orElse("")));
        if (format != JSON) {
            refusePages(request);
        }
        return format;
    }

    private static ListFormat named(String text) {
        return switch (text) {
            case "json" -> JSON;
            case "ndjson" -> NDJSON;
            case "csv" -> CSV;
            default -> throw invalid(PARAMETER, "must be json, ndjson or csv");
        };
    }

    private static ListFormat accepted(String header) {
        return header.startsWith(NDJSON_TYPE) ? NDJSON : header.startsWith("text/csv") ? CSV : JSON;
    }

    private static void refusePages(Request request) {
        for (var name : List.of(Paging.LIMIT, Paging.CURSOR)) {
            if (request.query(name).isPresent()) {
                throw invalid(name, "is for pages of JSON: ndjson and csv have none");
            }
        }
    }

    private static ProblemException invalid(String name, String fault) {
        return Problem.invalidParameter(name, "\"" + name + "\" " + fault + ".").asException();
    }

    /** A list, a part at a time. */
    @FunctionalInterface
    public interface Parts<T> {
        void forEach(Consumer<List<T>> use);
    }

    /**
     * All of a list, while it is read.
     *
     * @param columns of CSV, whose cells are asked for item by item
     */
    public <T> Response whole(Json json, List<String> columns, Function<T, List<String>> cells, Parts<T> parts) {
        return this == CSV
                ? Response.streamed(CSV_TYPE, sink -> {
                    sink.write(Buffer.buffer(CsvText.line(columns)));
                    parts.forEach(part -> {
                        var text = new StringBuilder();
                        part.forEach(item -> text.append(CsvText.line(cells.apply(item))));
                        sink.write(Buffer.buffer(text.toString()));
                    });
                })
                : Response.streamed(
                        NDJSON_TYPE,
                        sink -> parts.forEach(part -> {
                            var lines = Buffer.buffer();
                            part.forEach(
                                    item -> lines.appendBuffer(json.write(item)).appendString("\n"));
                            sink.write(lines);
                        }));
    }
}
