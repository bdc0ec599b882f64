package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.token.ApiKeyId;
import java.util.List;
import java.util.Optional;

/**
 * What became of keys of another system, in their order.
 *
 * @param dryRun nothing was written: {@code imported} counts what would be
 */
public record ImportReport(boolean dryRun, long imported, long alreadyExists, long refused, List<Row> items) {

    public enum Status {
        IMPORTED,
        IMPORTABLE,
        ALREADY_EXISTS,
        REFUSED
    }

    /**
     * @param id of the key that was made, or that was there and that the caller may see
     * @param code of the problem for which it was refused
     */
    public record Row(
            Status status,
            Optional<ApiKeyId> id,
            Optional<String> code,
            Optional<String> detail,
            Optional<String> field) {

        static Row imported(ApiKeyId id) {
            return new Row(Status.IMPORTED, Optional.of(id), Optional.empty(), Optional.empty(), Optional.empty());
        }

        static Row importable() {
            return new Row(Status.IMPORTABLE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        static Row alreadyExists(ApiKeyId id) {
            return new Row(
                    Status.ALREADY_EXISTS, Optional.of(id), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** @param place its place in the request */
        static Row refused(int place, Problem problem) {
            return new Row(
                    Status.REFUSED,
                    Optional.empty(),
                    Optional.of(problem.code().wire()),
                    Optional.of(problem.detail()),
                    Optional.of("items[" + place + "]"
                            + problem.field().map(field -> "." + field).orElse("")));
        }
    }

    public ImportReport {
        items = List.copyOf(items);
    }

    static ImportReport of(boolean dryRun, List<Row> rows) {
        return new ImportReport(
                dryRun,
                count(rows, Status.IMPORTED) + count(rows, Status.IMPORTABLE),
                count(rows, Status.ALREADY_EXISTS),
                count(rows, Status.REFUSED),
                rows);
    }

    private static long count(List<Row> rows, Status status) {
        return rows.stream().filter(row -> row.status() == status).count();
    }
}
