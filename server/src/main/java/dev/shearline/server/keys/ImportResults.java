package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What becomes of each key of an import. What a transaction says counts anew when it is tried again. */
final class ImportResults {

    private static final ImportReport.Row PENDING = ImportReport.Row.importable();

    private final List<ImportReport.Row> rows;
    private final Map<Integer, Integer> repeated = new HashMap<>();

    ImportResults(int size) {
        rows = new ArrayList<>(Collections.nCopies(size, PENDING));
    }

    void put(int place, ImportReport.Row row) {
        rows.set(place, row);
    }

    void refuse(int place, Problem problem) {
        put(place, ImportReport.Row.refused(place, problem));
    }

    /** The key stands in the request before: what becomes of that one is said of this one too. */
    void repeats(int place, int first) {
        repeated.put(place, first);
    }

    /** Runs what is about one key alone; its problem is that key's. */
    <T> Optional<T> attempt(int place, Supplier<T> work) {
        try {
            return Optional.of(work.get());
        } catch (ProblemException e) {
            if (e.problem().code() == ProblemCode.UNAUTHENTICATED) {
                // that is the caller's, of all keys alike
                throw e;
            }
            refuse(place, e.problem());
            return Optional.empty();
        }
    }

    List<ImportReport.Row> rows() {
        repeated.forEach((place, first) -> put(place, again(place, rows.get(first))));
        return List.copyOf(rows);
    }

    private static ImportReport.Row again(int place, ImportReport.Row first) {
        return switch (first.status()) {
            case IMPORTED, ALREADY_EXISTS ->
                first.id().map(ImportReport.Row::alreadyExists).orElse(first);
            case IMPORTABLE -> first;
            case REFUSED ->
                new ImportReport.Row(
                        first.status(),
                        first.id(),
                        first.code(),
                        first.detail(),
                        first.field().map(field -> field.replaceFirst("\\[\\d+]", "[" + place + "]")));
        };
    }
}
