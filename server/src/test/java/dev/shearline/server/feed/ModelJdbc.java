package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelState.KeyRow;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * As much of JDBC as the directory needs to read the model: keys, all of them or by id, and how many there are. Of all other tables there
 * are no rows.
 */
final class ModelJdbc {

    private static final ScopedValue<ModelJdbc> OPENING = ScopedValue.newInstance();
    /** One for all: it keeps what it has parsed. */
    private static final Jdbi JDBI = Jdbi.create(() -> OPENING.get().connect());

    private final Flaw flaw;
    private final Supplier<ModelState> snapshot;

    private ModelJdbc(Flaw flaw, Supplier<ModelState> snapshot) {
        this.flaw = flaw;
        this.snapshot = snapshot;
    }

    /** @param snapshot what a statement sees that is executed now */
    static Handle handle(Flaw flaw, Supplier<ModelState> snapshot) {
        return ScopedValue.where(OPENING, new ModelJdbc(flaw, snapshot)).call(JDBI::open);
    }

    private Connection connect() {
        return proxy(Connection.class, (_, method, values) -> switch (method.getName()) {
            case "prepareStatement" -> prepare(String.valueOf(values[0]));
            case "createArrayOf" -> array((Object[]) values[1]);
            case "getAutoCommit" -> true;
            default -> nothing(method.getReturnType());
        });
    }

    private static Array array(Object[] values) {
        return proxy(Array.class, (_, _, _) -> values);
    }

    private PreparedStatement prepare(String sql) {
        var ids = new Object[1][];
        return proxy(PreparedStatement.class, (_, method, values) -> switch (method.getName()) {
            case "unwrap" -> proxy(PGStatement.class, (_, called, _) -> nothing(called.getReturnType()));
            case "setArray" -> {
                ids[0] = (Object[]) ((Array) values[1]).getArray();
                yield null;
            }
            case "executeQuery", "getResultSet" -> execute(sql, ids[0]);
            case "execute" -> true;
            default -> nothing(method.getReturnType());
        });
    }

    private ResultSet execute(String sql, Object @Nullable [] ids) {
        if (!sql.contains("FROM api_key")) {
            return rows(List.of(), (_, _) -> null);
        }
        var state = snapshot.get();
        if (sql.contains("count(*)")) {
            long dead = state.keys().values().stream().filter(ModelJdbc::isDead).count();
            return rows(
                    List.of(state),
                    (_, column) -> column.equals("dead") ? dead : state.keys().size() - dead);
        }
        var wanted = ids == null ? null : Set.of(ids);
        return rows(
                state.keys().values().stream()
                        .filter(key -> wanted == null || wanted.contains(key.id()))
                        .toList(),
                this::column);
    }

    private static boolean isDead(KeyRow key) {
        return key.state().equals("revoked");
    }

    private @Nullable Object column(KeyRow key, String name) {
        return switch (name) {
            case "id", "limits_of" -> key.id();
            case "organization_id", "unit_id" -> "org_model";
            case "type" -> "team";
            case "visibility" -> "secret";
            case "mode" -> "live";
            case "digest" -> ModelKeys.digest(key.nth()).toBytes();
            case "scopes", "cidrs", "resources", "limits" -> "";
            case "state" -> key.state();
            case "version" -> key.version();
            case "settled" -> flaw == Flaw.FORGETS_THE_DEAD ? Integer.MAX_VALUE : settled(key);
            case "expired", "end_at_first_use" -> false;
            case "not_before" -> Double.NEGATIVE_INFINITY;
            case "expires" -> Double.POSITIVE_INFINITY;
            case "died" -> ModelServer.EPOCH_MILLIS / 1000.0;
            default -> null;
        };
    }

    private static int settled(KeyRow key) {
        return key.state().equals("disabled") && key.forked() ? key.version() + 1 : key.confirmed();
    }

    private interface Columns<R> {
        @Nullable
        Object of(R row, String column);
    }

    private static <R> ResultSet rows(List<R> rows, Columns<R> columns) {
        var left = rows.iterator();
        return proxy(ResultSet.class, new InvocationHandler() {
            private @Nullable R row;

            @Override
            public @Nullable Object invoke(Object proxy, java.lang.reflect.Method method, Object @Nullable [] values) {
                return switch (method.getName()) {
                    case "next" -> hasMoved(left);
                    case "getString", "getInt", "getLong", "getBoolean", "getDouble", "getBytes" ->
                        columns.of(Objects.requireNonNull(row), String.valueOf(Objects.requireNonNull(values)[0]));
                    default -> nothing(method.getReturnType());
                };
            }

            private boolean hasMoved(Iterator<R> rest) {
                row = rest.hasNext() ? rest.next() : null;
                return row != null;
            }
        });
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        return Stream.of(int.class, long.class).anyMatch(type::equals)
                ? (type == int.class ? (Object) 0 : (Object) 0L)
                : null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return (T) Proxy.newProxyInstance(ModelJdbc.class.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
